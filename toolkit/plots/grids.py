"""Plots of matrices: heat map, coverage, tile map."""

from importlib.resources import files

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from toolkit.plots.canvas import Ax, Axes, canvas, name_rows
from toolkit.plots.labels import ems, label, named, wrapped
from toolkit.plots.style import GREY, INK, SEQUENTIAL, looks
from toolkit.plots.tables import MOST_ROWS, Frame, first_rows, grid_of, name_column, needed


def heat_map(
    table: Frame,
    *,
    ax: Ax = None,
    language: str = "zh",
    value: str = "per_10k",
    row: str = "region",
    column: str = "term",
    **texts: str,
) -> Axes:
    """A grid of shades, such as region by term; a crossed-out cell has no value, a white one is zero.

    Numbers stand in the cells where there are at most 150. Rows and columns keep the order of the table.

    Parameters
    ----------
    table
        One row for each `row` and `column`, with the number in `value`; what has no row is crossed out.
    """
    needed(table, [row, column, value], "heat_map")
    grid, note = first_rows(grid_of(table, [row], column, value, "heat_map"), language)
    numbers = grid.to_numpy(dtype=float, na_value=np.nan)
    shape = {"notes": {"subtitle": note}, "height": 1.6 + 0.2 * len(grid) + 0.7 * (len(grid) < 6)}
    with canvas(ax, "heat_map", table, language, texts, **shape) as ax:
        image = ax.imshow(numbers, cmap=SEQUENTIAL, aspect="auto", vmin=min(0, np.nanmin(numbers, initial=0)))
        for y, x in np.argwhere(np.isnan(numbers)):
            ax.text(x, y, "×", ha="center", va="center", color="#999999", fontsize=7)
        if numbers.size <= 150 and ax.figure.get_figwidth() > 4.5:
            for y, x in np.argwhere(~np.isnan(numbers)):
                dark = image.norm(numbers[y, x]) > 0.55
                text = f"{numbers[y, x]:.3g}"
                ax.text(x, y, text, ha="center", va="center", fontsize=7, color="white" if dark else INK)
        _axes_names(ax, grid.index, grid.columns, language)
        low = len(grid) < 6  # a scale as high as few rows has no room for its numbers
        unit = (
            named(value, language)
            if low
            else wrapped(named(value, language), ax.figure.get_figheight() * 3.2)
        )
        where = {"location": "bottom", "aspect": 40, "shrink": 0.5} if low else {"shrink": 0.8, "pad": 0.02}
        ax.figure.colorbar(image, ax=ax, label=unit, **where)
    return ax


def _axes_names(ax: Axes, rows: pd.Index, columns: pd.Index, language: str) -> None:
    """Names of rows and columns; long or many column names stand upright."""
    names = [wrapped(named(str(name), language), 10) for name in columns]
    room = ax.figure.get_figwidth() * 72 / 8 * 0.62
    upright = len(names) * (max(map(ems, names)) + 0.8) > room
    step = -(-9 * len(names) // int(room * 8)) if pd.api.types.is_numeric_dtype(columns) else 1
    at = range(0, len(names), step)
    ax.set_xticks(at, names[::step], rotation=90 if upright else 0, parse_math=False)
    name_rows(ax, [named(str(name), language) for name in rows])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def coverage(table: Frame, *, ax: Ax = None, language: str = "zh", **texts: str) -> Axes:
    """Which region-years there are: collected (on time, late), failed, searched and not found, not sought.

    With more than forty regions the matrix becomes bars: the number of regions of each status in each year.

    Parameters
    ----------
    table
        From `coverage`: region_id, region, year, status. What has no row is "not sought"; of several genres
        the best status counts. Places of one name have a row each.
    """
    row = "region_id" if "region_id" in table else name_column(table)
    needed(table, [row, "year", "status"], "coverage")
    years = np.arange(int(table["year"].min()), int(table["year"].max()) + 1)
    statuses = looks("status")
    codes = table["status"].map({name: i for i, name in enumerate(statuses)})
    cells = table.assign(code=codes).groupby([row, "year"], sort=False)["code"].min().unstack()
    cells = cells.reindex(index=table[row].drop_duplicates(), columns=years).fillna(len(statuses) - 1)
    cells.index = cells.index.map(table.drop_duplicates(row).set_index(row, drop=False)[name_column(table)])
    matrix = len(cells) <= MOST_ROWS
    height = max(2.2, 1.4 + 0.19 * len(cells) if matrix else plt.rcParams["figure.figsize"][1])
    told = table[[name_column(table), "year"]]
    with canvas(ax, "coverage", told, language, texts, height=height) as ax:
        draw = _status_matrix if matrix else _status_bars
        draw(ax, cells, language)
        legend = []
        for i, (name, (colour, sign)) in enumerate(statuses.items()):
            if (cells == i).any(axis=None):
                words = f"{named(name, language)} {sign}".strip()
                legend.append(Patch(fc=colour, ec=INK, lw=0.3, label=words))
        columns = 4 if ax.figure.get_figwidth() > 4.5 else 2
        ax.legend(handles=legend, loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, borderaxespad=0.3)
    return ax


def _status_matrix(ax: Axes, cells: pd.DataFrame, language: str) -> None:
    """One cell for each region and year."""
    from matplotlib.colors import ListedColormap

    colours, signs = zip(*looks("status").values(), strict=True)
    codes = cells.to_numpy(dtype=float)
    shades = {"cmap": ListedColormap(colours), "vmin": -0.5, "vmax": len(signs) - 0.5}
    ax.pcolormesh(codes, **shades, edgecolors="white", linewidth=0.8)
    for y, x in np.argwhere(np.isin(codes, [i for i, sign in enumerate(signs) if sign])):
        ax.text(x + 0.5, y + 0.5, signs[int(codes[y, x])], ha="center", va="center", fontsize=7)
    names = [wrapped(name, 12) for name in cells.index]
    longest = max(ems(line) for name in names for line in name.split("\n"))
    room = ax.figure.get_figwidth() * 72 - 8 * longest - 10
    step = max(1, -(-24 * len(cells.columns) // int(room)))  # 24 points for a year
    ax.set_xticks(np.arange(0, len(cells.columns), step) + 0.5, cells.columns[::step])
    ax.set_yticks(np.arange(len(cells)) + 0.5, names, parse_math=False)
    ax.tick_params(length=0)
    ax.invert_yaxis()
    ax.spines[:].set_visible(False)


def _status_bars(ax: Axes, cells: pd.DataFrame, language: str) -> None:
    """For many regions: how many have which status in each year."""
    bottom = np.zeros(cells.shape[1])
    for i, (colour, _) in enumerate(looks("status").values()):
        counts = (cells == i).sum().to_numpy()
        ax.bar(cells.columns, counts, bottom=bottom, color=colour, edgecolor="white", width=0.8)
        bottom += counts
    for axis in (ax.xaxis, ax.yaxis):  # years and regions are whole
        axis.set_major_locator(MaxNLocator(integer=True))
    ax.set_ylabel(label("n_regions_axis", language))


def tile_map(
    table: Frame, *, ax: Ax = None, language: str = "zh", value: str = "n_reports", **texts: str
) -> Axes:
    """Provinces as equal tiles, darker for larger values; a pale tile without a number has no value.

    In English a tile bears the letters of the province in GB/T 2260.

    Parameters
    ----------
    table
        Province (full name or short) and the number `value`, one row a province.
    """
    needed(table, ["province", value], "tile_map")
    tiles = pd.read_csv(files("toolkit") / "data" / "province_tiles.csv")
    found = (table.loc[table["province"].str.startswith(name), value] for name in tiles["name"])
    tiles["shown"] = [float(values.sum(min_count=1)) for values in found]
    tiles = tiles.sort_values("shown", ascending=False)
    shades, top = plt.get_cmap(SEQUENTIAL), tiles["shown"].max()
    notes = {"subtitle": named(value, language)}
    with canvas(ax, "tile_map", table, language, texts, notes=notes) as ax:
        width, height = ax.figure.get_size_inches() * 72
        look = {"ha": "center", "va": "center", "linespacing": 1.1}
        look["fontsize"] = min(7, min(0.95 * width / 8.7, (height - 70) / 8.4) / 3.2)  # of a tile's side
        for tile in tiles.itertuples():
            name = tile.name if language == "zh" else tile.letters
            face, ink, text = "#f4f4f4", GREY, name
            if not np.isnan(tile.shown):
                face, ink = shades(tile.shown / (top or 1)), "white" if tile.shown > 0.55 * top else INK
                text += f"\n{tile.shown:,.0f}" if tile.shown == int(tile.shown) else f"\n{tile.shown:.3g}"
            ax.add_patch(Rectangle((tile.column, tile.row), 0.94, 0.94, facecolor=face))
            ax.text(tile.column + 0.47, tile.row + 0.47, text, color=ink, **look)
        ax.set(xlim=(0.5, 9.2), ylim=(8.2, -0.2), aspect="equal")
        ax.set_axis_off()
    return ax
