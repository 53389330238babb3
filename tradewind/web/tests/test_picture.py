from hypothesis import given
from hypothesis import strategies as st

from tradewind.desk.asking import Picture, Shape
from tradewind.web.kit.picture import LONG, drawn_picture


def test_a_plan_is_scaled_and_what_is_faint_lies_behind():
    shapes = (Shape(0, 0, 200, 100, "MUG", 7), Shape(200, 0, 200, 300, "POT", 1, faint=True))
    drawn = drawn_picture(Picture("Layer", 400, 300, shapes))
    assert (drawn.width, drawn.height) == (220, 165)
    pot, mug = drawn.shapes
    assert (pot.css, pot.text, pot.title) == ("faint", "", "POT")
    assert (mug.css, mug.text, mug.x, mug.width, mug.middle_x) == ("tone-1", "MUG", 0, 110, 55)


def test_a_name_that_has_no_room_is_only_a_title():
    drawn = drawn_picture(Picture("Layer", 400, 300, (Shape(0, 0, 20, 20, "LONG-NAME"),)))
    assert [(one.text, one.title) for one in drawn.shapes] == [("", "LONG-NAME")]


sides = st.integers(1, 9000)


@given(sides, sides, st.lists(st.tuples(*[st.integers(0, 999)] * 4), max_size=9))
def test_every_shape_stays_inside_the_plan(width, height, shares):
    shapes = []
    for a, b, c, d in shares:
        x, y = width * a // 1000, height * b // 1000
        shapes.append(Shape(x, y, max((width - x) * c // 999, 1), max((height - y) * d // 999, 1)))
    drawn = drawn_picture(Picture("Layer", width, height, tuple(shapes)))
    assert max(drawn.width, drawn.height) == LONG
    assert all(s.x + s.width <= drawn.width + 1 and s.y + s.height <= drawn.height + 1 for s in drawn.shapes)
