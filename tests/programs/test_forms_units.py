from hypothesis import given
from hypothesis import strategies as st

from programs.forms.units import CellsField

CELLS = st.text(st.sampled_from("ab|\\\nn ="), max_size=6).map(str.strip)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=4))
def test_whatever_a_table_says_its_field_gives_back(cells):
    field = CellsField(required=False)
    assert field.clean(field.prepare_value(cells)) == cells
