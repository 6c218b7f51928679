"""Names, figures and marks of the pictures: nothing is cut off, hidden or mistaken for something else."""

import numpy as np
from little_runs import STORY
from matplotlib.axes import Axes
from test_report_figures import SNOW, run_in_town, texts_of, town

from sim.inventory import Inventory
from sim.report import gantt, labels, map_names, map_water, outage_curve, situation_map, style
from sim.report.series import Story

LONG = "Plain and Bordered White Banner mountain depot"


def pictures(draw, *rows, made=None, **chapters):
    with style.drawing():
        return draw(Story.of(run_in_town(*rows, made=made, **chapters)))


def inside(figure, text):
    box = text.get_window_extent()
    wide, tall = figure.get_size_inches() * figure.dpi
    return box.x0 >= 0 and box.x1 <= wide and box.y0 >= 0 and box.y1 <= tall


# ---------------------------------------------------------------- crews and generators


def many_crews(count=20):
    made = town(depot={"name_en": [LONG, "Two"], "name": ["正镶白旗山区抢修基地", "库二"]})
    crew = {name: np.repeat(column[:1], count) for name, column in made["crew"].items()}
    crew["id"] = np.array([f"k{number}" for number in range(1, count + 1)])
    crew["depot"] = np.array(["d1"] * 3 + ["d2"] * (count - 3))
    made["crew"] = crew
    return made


def test_a_long_name_of_a_depot_is_whole_and_on_the_picture():
    figure = pictures(gantt.draw, made=many_crews())
    axes = [text for panel in figure.axes for text in panel.texts]
    named = [text for text in axes if "Plain and Bordered" in text.get_text()]
    assert named
    assert all("mountain depot" in text.get_text() and inside(figure, text) for text in named)


def test_rest_does_not_look_like_waiting_at_the_depot():
    rest, ready = gantt.CREW_BARS[gantt.REST], gantt.CREW_BARS[gantt.READY]
    rgb = [np.array([int(bar.colour[place : place + 2], 16) for place in (1, 3, 5)]) for bar in (rest, ready)]
    assert np.abs(rgb[0] - rgb[1]).max() > 40
    assert np.ptp(rgb[0]) > 30, "not a grey"
    assert rest.hatch


def test_generators_that_are_not_counted_have_no_panel_and_the_title_says_so():
    made = Inventory(town())
    del made["generator"]
    rows = (*STORY, *SNOW)
    figure = pictures(gantt.draw, *rows, made=made)
    told = " ".join(texts_of(figure))
    assert "generators are not counted in this drill: 2 runs, not drawn" in told
    assert "0 of 0" not in told
    assert len(figure.axes) == len(pictures(gantt.draw, *rows).axes) - 2


# ---------------------------------------------------------------- the map


def test_a_long_name_stands_on_several_lines_and_none_is_cut():
    assert style.lines_of("Plain and Bordered White Banner", "正镶白旗", 22) == (
        "Plain and Bordered\nWhite Banner\n正镶白旗"
    )
    figure = pictures(situation_map.draw, made=town(county={"name_en": [LONG, "Beta"]}))
    assert "Plain and Bordered\nWhite Banner mountain\ndepot\n甲旗" in texts_of(figure)


def test_the_square_of_a_depot_stands_beside_a_site_it_would_hide():
    made = town(depot={"lon": [122.1, 122.0], "lat": [43.0, 43.35]})
    figure = pictures(situation_map.draw, made=made)
    axes = figure.axes[0]
    squares = [line.get_xydata()[0] for line in axes.lines if line.get_marker() == "s"]
    sites = axes.transData.transform([(x, y) for x, y in _site_places(axes)])
    for square in squares:
        assert np.hypot(*(sites - axes.transData.transform(square)).T).min() > 18


def _site_places(axes: Axes):
    return np.concatenate([np.asarray(part.get_offsets()) for part in axes.collections if hasattr(part, "get_sizes")])


def test_a_square_with_room_stays_where_it_is():
    own = np.array([100.0, 100.0])
    assert map_names._aside(own, np.array([[150.0, 100.0]])).tolist() == [100, 100]
    moved = map_names._aside(own, np.array([[100.0, 105.0], [70.0, 100.0]]))
    assert moved[1] < 100


def test_a_label_keeps_off_the_marks_and_has_a_line_when_it_stands_far_off():
    crowd = np.array([[x, y] for x in range(60, 260, 6) for y in range(80, 121, 6)], dtype=float)
    frame = labels.Box(0, 0, 400, 400)
    box = labels.place((60, 14), (150, 100), [], crowd, frame, 20, 7)
    assert box.grown(7).holds(crowd) == 0
    assert box.off(150, 100)[2] > 20


def test_the_figure_of_a_line_of_equal_water_keeps_off_marks_and_towns():
    with style.drawing():
        figure = style.new_figure(5, 5)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, 100), ylim=(0, 100))
        line = map_water.Line(20.0, np.column_stack([np.linspace(5, 95, 90), np.full(90, 50.0)]))
        crowd = axes.transData.transform([(x, 50.0) for x in range(5, 60, 2)])
        (box,) = map_water.label(axes, [line], crowd, [(80.0, 50.0)])
    assert box.holds(crowd) == 0
    assert axes.texts[0].get_text() == "20 mm"
    assert 60 < axes.texts[0].get_position()[0] < 80


# ---------------------------------------------------------------- the curve


def test_words_in_a_box_are_dark_on_white():
    plan = {"targets": [{"id": "O4", "kpi": "restored_share", "at": "+20 h", "at_least": "100 %"}]}
    figure = pictures(outage_curve.draw, plan=plan)
    boxed = [text for text in figure.axes[0].texts if text.get_text().startswith("O4")]
    assert [(text.get_color(), text.get_bbox_patch().get_facecolor()) for text in boxed] == [(style.INK, (1, 1, 1, 1))]


def test_the_label_of_the_peak_stands_above_the_curve():
    figure = pictures(outage_curve.draw)
    below = figure.axes[1]
    (label,) = [text for text in below.texts if " at " in text.get_text()]
    peak = below.transData.transform((0, 3))[1]
    assert label.get_window_extent().y0 > peak
    assert label.get_window_extent().y1 < below.get_window_extent().y1 + 2
