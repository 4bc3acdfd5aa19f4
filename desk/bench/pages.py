"""CPU of one request to the pages people read, beside a bare view under the same web server."""

import http.client
import os
from pathlib import Path
from statistics import median

from consultations.models import Announcement, Consultation
from desk.bench import Result
from desk.bench.house import Server
from meetings.models import Meeting
from programs.models import DraftVersion

ROUNDS, REQUESTS, FEW = 5, 40, 10
COLD, UNCHANGED = 1.5, 0.2  # times the CPU of the bare view
TICKS = os.sysconf("SC_CLK_TCK")


class OneWorker(Server):
    """Its CPU can be read."""

    def cpu(self) -> float:
        """Seconds used by the worker so far."""
        (worker,) = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        fields = Path(f"/proc/{worker}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def ask(self, path: str, times: int, etag: str = "") -> tuple[float, str, int]:
        """CPU milliseconds of a request, the ETag and the size of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"If-None-Match": etag} if etag else {}
        before = self.cpu()
        for _ in range(times):
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            size = len(answer.read())
            if answer.status != (304 if etag else 200):
                raise RuntimeError(f"{path} answered {answer.status}")
        connection.close()
        return (self.cpu() - before) * 1000 / times, answer.headers.get("ETag", ""), size


def addresses() -> list[str]:
    version = DraftVersion.objects.public().select_related("program").latest("frozen_at")
    consultation = Consultation.objects.filter(stages__isnull=False).latest("published_at")
    return [
        "/",
        "/konsultacje/",
        f"/konsultacje/{consultation.slug}/",
        f"/konsultacje/{consultation.slug}/propozycje/",
        f"/aktualnosci/{Announcement.objects.latest('published_at').slug}/",
        f"/spotkania/{Meeting.objects.latest('starts_at').slug}/",
        f"/programy/{version.program.slug}/",
        f"/programy/{version.program.slug}/wersje/{version.number}/",
    ]


def pages() -> list[Result]:
    """Each page is asked right after the bare view, so that a machine that slows down slows both."""
    with OneWorker("desk.bench.bare:make_application()") as bare, OneWorker("config.wsgi") as portal:
        paths = addresses()
        etags = {path: portal.ask(path, 3)[1] for path in paths}
        bare.ask("/", 3)
        baseline: list[float] = []
        # Times the bare view.
        cold: dict[str, list[float]] = {path: [] for path in paths}
        unchanged: dict[str, list[float]] = {path: [] for path in paths}
        sizes: dict[str, int] = {}
        for _ in range(ROUNDS):
            for path in paths:
                bare_ms = bare.ask("/", REQUESTS)[0]
                page_ms, _etag, sizes[path] = portal.ask(path, REQUESTS)
                unchanged_ms = portal.ask(path, REQUESTS, etags[path])[0]
                baseline.append(bare_ms)
                cold[path].append(page_ms / bare_ms)
                unchanged[path].append(unchanged_ms / bare_ms)
    print(f"bare view: {median(baseline):.1f} ms CPU a request; the pages in times of it")
    print(f"{'page':<62}{'bytes':>9}{'cold':>8}{'304':>8}")
    for path in paths:
        print(f"{path:<62}{sizes[path]:>9}{median(cold[path]):>8.2f}{median(unchanged[path]):>8.2f}")
    # A full text is as long as the city made it: it is printed above, and held to the same budget per 50 units.
    short = paths[:-1]
    return [
        Result("pages", max(median(cold[path]) for path in short), COLD),
        Result("pages-304", max(median(unchanged[path]) for path in paths), UNCHANGED),
    ]


def beside_bare(plain: OneWorker, portal: OneWorker, path: str) -> float:
    """CPU of the worker for one page, in times of the bare view."""
    plain.ask("/", 3), portal.ask(path, 3)
    both = [(portal.ask(path, FEW), plain.ask("/", FEW)) for _ in range(ROUNDS)]
    ratio = median(page[0] / bare_view[0] for page, bare_view in both)
    print(f"{path}: {both[0][0][2]} bytes, {median(page[0] for page, _bare in both):.0f} ms of CPU, {ratio:.2f} bare views")
    return ratio
