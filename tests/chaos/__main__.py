"""python -m tests.chaos [ROUNDS]: the full form of the chaos. Fails when one round was not as promised."""

import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.machinery import chaos, prepared_database

SECONDS = 40

rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
kept = []
with prepared_database("migrate") as database:
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            kept.append(chaos(Path(folder), database, seconds=SECONDS, seed=int(time.time())).is_as_promised)
print(f"{sum(kept)} of {rounds} rounds as promised")
sys.exit(not all(kept))
