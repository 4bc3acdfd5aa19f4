"""Pictures of the handbook: made by the tests that walk through what they show, so that none outlives what it shows.

What is compared is what the picture says, not its dots: letters are drawn a little differently on every machine.
"""

import os
from io import BytesIO

from PIL import Image
from playwright.sync_api import Locator

from desk.handbook.chapters import FOLDER

PICTURES = FOLDER / "pictures"
MAKING = bool(os.environ.get("MAKE_PICTURES"))
TAKEN: set[str] = set()  # in this run
REMAKE = "MAKE_PICTURES=1 python -m pytest tests/browser/test_handbook.py"
# What people read in it: the words in sight, and what stands in the fields, in their order.
SAID = """node => {
    const shown = field => field.tagName === "SELECT" ? field.selectedOptions[0]?.text ?? ""
        : /^(checkbox|radio)$/.test(field.type) ? (field.checked ? "☑" : "☐") : field.value;
    const fields = [...node.querySelectorAll("input:not([type=hidden]), select, textarea")];
    return [node.innerText, ...fields.filter(field => field.checkVisibility()).map(shown)].join("\\n");
}"""

# The Chromium of the tests has no Polish: it writes 07/26/2021, 12:00 AM where the reader's own browser writes 26.07.2021, 00:00.
IN_POLISH = """() => document.querySelectorAll("input[type=datetime-local]").forEach(field => {
    const [, year, month, day, hour] = field.value.match(/(.*)-(.*)-(.*)T(.{5})/) ?? [];
    field.style.width = `${field.offsetWidth}px`;
    field.type = "text";
    field.value = year ? `${day}.${month}.${year}, ${hour}` : "dd.mm.rrrr, --:--";
})"""


def said_by(*parts: Locator) -> str:
    """Line by line, spaces of any kind alike."""
    said = "\n".join(part.evaluate(SAID) for part in parts).replace("\u00ad", "")
    lines = (" ".join(line.split()) for line in said.split("\n"))
    return "".join(f"{line}\n" for line in lines if line)


def picture(name: str, *parts: Locator, width: int = 10_000) -> None:
    """Of what stands there now, last on its page. With MAKE_PICTURES it is made anew, else it must say what it said then.

    `width`: at a wide desk a form ends long before the sheet that it stands on.
    """
    image, words = PICTURES / f"{name}.png", PICTURES / f"{name}.txt"
    said = said_by(*parts)
    TAKEN.add(name)
    if MAKING:
        PICTURES.mkdir(exist_ok=True)
        # As many colors as the desk has, at a third of the size.
        few = taken(parts, width).convert("RGB").quantize(128, dither=Image.Dither.NONE)
        few.save(image, optimize=True)
        words.write_text(said)
    assert image.exists(), f"There is no picture “{name}”. Make it: {REMAKE}"
    assert words.read_text() == said, (
        f"The handbook's picture “{name}” no longer shows what the portal shows. Make the pictures anew, look at them, "
        f"and read the chapter that holds them: {REMAKE}"
    )


def taken(parts: tuple[Locator, ...], width: int) -> Image.Image:
    page = parts[0].page
    page.evaluate("scrollTo(0, 0); document.activeElement.blur()")
    page.evaluate(IN_POLISH)
    boxes = [part.bounding_box() for part in parts]
    left, top = min(box["x"] for box in boxes), min(box["y"] for box in boxes)
    right, bottom = max(box["x"] + box["width"] for box in boxes), max(box["y"] + box["height"] for box in boxes)
    clip = {"x": left, "y": top, "width": min(right - left, width), "height": bottom - top}
    return Image.open(BytesIO(page.screenshot(full_page=True, clip=clip, animations="disabled")))
