"""The same report as plain HTML, as one would write it first: no composed lines, no planned pages, tables left to the browser's rules.

The peer for what composing and tuning gain; never used by the portal.
"""

from html import escape
from pathlib import Path

from reports.document import Annex, AnnexList, Chart, Column, Document, Heading, Paragraph, Photos, Signature, Table, chart_table, show
from reports.typeset.fonts import FANG, HEI, KAI, SONG, TITLE, FontSet

CSS = """
@page { size: A4; margin: 37mm 26mm 35mm 28mm; @bottom-right { content: "— " counter(page) " —"; font-family: song; } }
@page wide { size: A4 landscape; }
body { font: 16pt/28.95pt fang, "Noto Serif CJK SC"; margin: 0; text-align: justify; }
h1 { font: 22pt/33pt title; text-align: center; } h2 { font: 16pt/28.95pt hei; } h3 { font: 16pt/28.95pt kai; }
p { text-indent: 2em; margin: 0; }
table { width: 100%; border-collapse: collapse; font-size: 10.5pt; line-height: 1.4; }
th, td { border: 0.5pt solid #000; padding: 2pt 4pt; } th { font-family: hei; }
.wide { page: wide; } .annex { break-before: page; } img { width: 48%; } .num { text-align: right; }
"""


def plain_html(document: Document, fonts: FontSet) -> str:
    """One HTML text with its style; faces and pictures by file address."""
    roles = {"fang": FANG, "hei": HEI, "kai": KAI, "song": SONG, "title": TITLE}
    faces = "".join(f"@font-face {{ font-family: {name}; src: url({fonts[role].url}); }}" for name, role in roles.items())
    body = "\n".join(_block(block) for block in document.blocks)
    title = escape(document.title).replace("\n", "<br>")
    return f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(document.subject)}</title><style>{faces}{CSS}</style></head><body><h1>{title}</h1>{body}</body></html>'


def _block(block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level + 1}>{escape(block.text)}</h{block.level + 1}>"
    if isinstance(block, Paragraph):
        return f"<p>{escape(block.text)}</p>"
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Chart):
        rows = "".join(f"<tr>{''.join(f'<td>{escape(str(value))}</td>' for value in row)}</tr>" for row in chart_table(block)[1])
        return f"<p>{escape(block.number)} {escape(block.finding)}</p><table>{rows}</table>"
    if isinstance(block, Photos):
        return (
            f"<p>{escape(block.title)}</p><div>"
            + "".join(f'<img src="{Path(photo.path).as_uri()}" alt="{escape(photo.alt)}">' for photo in block.photos)
            + "</div>"
        )
    if isinstance(block, Annex):
        return f'<h2 class="annex">{escape(block.number)} {escape(block.title)}</h2>'
    if isinstance(block, AnnexList):
        return "".join(f"<p>附件：{escape(title)}</p>" for title in block.titles)
    if isinstance(block, Signature):
        return f'<p class="num">{escape(block.issuer)}</p><p class="num">{block.date.isoformat()}</p>'
    raise TypeError(type(block))


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(column.title)}</th>" for column in table.columns)
    rows = []
    for group in table.groups:
        if group.title:
            rows.append(f'<tr><td colspan="{len(table.columns)}">{escape(group.title)}</td></tr>')
        rows += [_row(table.columns, row) for row in group.rows]
    if table.total:
        rows.append(_row(table.columns, table.total))
    kind = ' class="wide"' if table.landscape else ""
    return f"<div{kind}><p>{escape(table.number)} {escape(table.title)}</p><table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"


def _row(columns: tuple[Column, ...], row: tuple) -> str:
    return "<tr>" + "".join(f"<td>{escape(show(value, column.fmt))}</td>" for column, value in zip(columns, row, strict=True)) + "</tr>"
