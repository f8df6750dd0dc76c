"""Styles, fonts and settings of the Word file: GB/T 9704 faces and sizes as real, named styles, so that an officer can go on in WPS."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from reports.word.oxml import FANG, FOOT_GREY, HEI, KAI, LINE, MARK_GREY, PITCH, QUARTER, SONG, TEXT_WIDTH_MM, XIAOBIAO, twips

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@dataclass(frozen=True)
class Style:
    """A paragraph style; one on the grid has its characters drawn together to 28 a line. Sizes and lengths in points; `indent` in characters; `line` is an exact line height."""

    id: str
    name: str
    face: str = FANG
    size: float = 16
    line: float = LINE
    align: str = "both"
    indent: int = 0
    before: float = 0
    after: float = 0
    left: float = 0
    colour: str = ""
    spacing: float = 0
    keep_next: bool = False
    outline: int | None = None
    tab: bool = False
    on_grid: bool = True
    shown: bool = True
    following: str = ""


STYLES = (
    Style("BodyText", "Body Text", indent=2),
    Style("Heading1", "heading 1", face=HEI, indent=2, keep_next=True, outline=0, following="BodyText"),
    Style("Heading2", "heading 2", face=KAI, indent=2, keep_next=True, outline=1, following="BodyText"),
    Style("Title", "Title", face=XIAOBIAO, size=22, line=33, align="center", keep_next=True, following="BodyText", on_grid=False),
    Style("Subtitle", "Subtitle", face=KAI, align="center", following="BodyText"),
    Style("Caption", "caption", face=HEI, size=12, line=QUARTER * 3, align="center", keep_next=True, on_grid=False),
    Style("FigureCaption", "图题", face=HEI, size=10.5, line=QUARTER * 3, align="center", on_grid=False),
    Style("UnitLine", "表单位", size=10.5, line=QUARTER * 2, align="right", keep_next=True, on_grid=False),
    Style("TableText", "表文", face=SONG, size=10.5, line=13.5, align="left", on_grid=False),
    Style("TableDense", "表文（密）", face=SONG, size=9.5, line=12.5, align="left", on_grid=False),
    Style("TableHead", "表头", face=HEI, size=10.5, line=13.5, align="center", on_grid=False, keep_next=True),
    Style("TableGroup", "表内分组", face=KAI, size=10.5, line=13.5, align="left", on_grid=False, keep_next=True),
    Style("TableNote", "表注", size=9, line=QUARTER * 2, align="left", on_grid=False),
    Style("Picture", "图", size=10.5, line=0, align="center", on_grid=False, keep_next=True),
    Style("PhotoGroup", "照片分组", face=KAI, align="center", keep_next=True),
    Style("AnnexMark", "附件序号", face=HEI, align="left", keep_next=True),
    Style(
        "AnnexTitle",
        "附件标题",
        face=XIAOBIAO,
        size=22,
        line=33,
        align="center",
        before=LINE - 2,
        after=LINE - 2,
        keep_next=True,
        outline=0,
        on_grid=False,
    ),
    Style("AnnexList", "附件说明", align="left"),
    Style("Addressee", "主送机关", align="left"),
    Style("Signature", "Signature", align="left", keep_next=True),
    Style("CoverNumber", "封面文号", size=10.5, colour=MARK_GREY, align="left", on_grid=False),
    Style("CoverProgramme", "封面试点名称", face=XIAOBIAO, size=26, line=40, align="center", on_grid=False),
    Style("CoverTitle", "封面报告名称", face=XIAOBIAO, size=36, line=56, align="center", spacing=5, on_grid=False),
    Style("CoverLine", "封面说明", face=KAI, align="center", on_grid=False),
    Style("CoverIssuer", "封面单位", face=KAI, size=18, align="center", on_grid=False),
    Style("ContentsTitle", "目录标题", face=XIAOBIAO, size=22, align="center", after=LINE, on_grid=False),
    Style("TOC1", "toc 1", face=HEI, tab=True, align="left"),
    Style("TOC2", "toc 2", tab=True, align="left", left=2 * PITCH),
    Style("Header", "header", face=HEI, size=9, line=12, align="right", colour=MARK_GREY, spacing=2, on_grid=False),
    Style("Footer", "footer", face=SONG, size=14, line=0, align="right", on_grid=False),
    Style("EndLine", "文末信息", size=8, line=QUARTER * 2, align="right", colour=FOOT_GREY, on_grid=False),
    Style("Spacer", "间隔", size=1, line=1, align="left", on_grid=False),
)


def styles_xml() -> bytes:
    """The whole styles part."""
    defaults = (
        f"<w:docDefaults><w:rPrDefault><w:rPr>{_faces(FANG)}<w:kern w:val='0'/><w:sz w:val='32'/><w:szCs w:val='32'/>"
        "<w:lang w:val='en-US' w:eastAsia='zh-CN' w:bidi='ar-SA'/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
    )
    normal = (
        "<w:style w:type='paragraph' w:default='1' w:styleId='Normal'><w:name w:val='Normal'/><w:qFormat/>"
        f"<w:pPr><w:widowControl/><w:spacing w:before='0' w:after='0' w:line='{twips(LINE)}' w:lineRule='exact'/><w:jc w:val='both'/></w:pPr>"
        "<w:rPr><w:sz w:val='32'/><w:szCs w:val='32'/></w:rPr></w:style>"
    )
    others = (
        "<w:style w:type='character' w:default='1' w:styleId='DefaultParagraphFont'><w:name w:val='Default Paragraph Font'/><w:uiPriority w:val='1'/>"
        "<w:semiHidden/></w:style>"
        f"<w:style w:type='character' w:customStyle='1' w:styleId='Lead'><w:name w:val='段首小标题'/><w:qFormat/><w:rPr>{_faces(KAI)}</w:rPr></w:style>"
        "<w:style w:type='table' w:default='1' w:styleId='TableNormal'><w:name w:val='Normal Table'/><w:uiPriority w:val='99'/><w:semiHidden/>"
        "<w:tblPr><w:tblInd w:w='0' w:type='dxa'/><w:tblCellMar><w:top w:w='0' w:type='dxa'/><w:left w:w='52' w:type='dxa'/>"
        "<w:bottom w:w='0' w:type='dxa'/><w:right w:w='52' w:type='dxa'/></w:tblCellMar></w:tblPr></w:style>"
    )
    text = f"<w:styles {_W}>{defaults}{normal}{others}{''.join(_style(style) for style in STYLES)}</w:styles>"
    return text.encode()


def _faces(face: str) -> str:
    return f"<w:rFonts w:ascii='{face}' w:hAnsi='{face}' w:eastAsia='{face}' w:cs='{face}'/>"


def _style(style: Style) -> str:
    builtin = style.name.isascii()
    following = f"<w:next w:val='{style.following}'/>" if style.following else ""
    paragraph = "<w:keepNext/>" if style.keep_next else ""
    if style.tab:
        paragraph += f"<w:tabs><w:tab w:val='right' w:leader='dot' w:pos='{round(TEXT_WIDTH_MM / 25.4 * 1440)}'/></w:tabs>"
    if not style.on_grid:
        paragraph += "<w:autoSpaceDE w:val='0'/><w:autoSpaceDN w:val='0'/><w:snapToGrid w:val='0'/>"
    rule = f"w:line='{twips(style.line)}' w:lineRule='exact'" if style.line else "w:line='240' w:lineRule='auto'"
    paragraph += f"<w:spacing w:before='{twips(style.before)}' w:after='{twips(style.after)}' {rule}/>"
    if style.indent:
        paragraph += f"<w:ind w:firstLineChars='{style.indent * 100}' w:firstLine='{twips(style.indent * PITCH)}'/>"
    elif style.left:
        paragraph += f"<w:ind w:left='{twips(style.left)}'/>"
    paragraph += f"<w:jc w:val='{style.align}'/>"
    if style.outline is not None:
        paragraph += f"<w:outlineLvl w:val='{style.outline}'/>"
    letters = _faces(style.face)
    if not style.on_grid:
        letters += "<w:snapToGrid w:val='0'/>"
    if style.colour:
        letters += f"<w:color w:val='{style.colour}'/>"
    spacing = style.spacing or (PITCH - 16 if style.on_grid else 0)
    if spacing:
        letters += f"<w:spacing w:val='{twips(spacing)}'/>"
    letters += f"<w:sz w:val='{round(style.size * 2)}'/><w:szCs w:val='{round(style.size * 2)}'/>"
    custom = "" if builtin else " w:customStyle='1'"
    return (
        f"<w:style w:type='paragraph'{custom} w:styleId='{style.id}'><w:name w:val={quoteattr(style.name)}/><w:basedOn w:val='Normal'/>{following}"
        f"<w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{letters}</w:rPr></w:style>"
    )


_FALLBACKS = {
    XIAOBIAO: ("FZXiaoBiaoSong-B05S,小标宋,方正小标宋_GBK,华文中宋,宋体", "auto"),
    FANG: ("FangSong_GB2312,仿宋,FangSong,华文仿宋,FandolFang,Noto Serif CJK SC", "modern"),
    KAI: ("KaiTi_GB2312,楷体,KaiTi,华文楷体,FandolKai,Noto Serif CJK SC", "modern"),
    HEI: ("SimHei,华文黑体,FandolHei,Noto Sans CJK SC", "modern"),
    SONG: ("SimSun,华文宋体,FandolSong,Noto Serif CJK SC", "auto"),
}


def font_table_xml() -> bytes:
    """The faces used, each with the names a machine may know it or its nearest relative by."""
    rows = "".join(
        f"<w:font w:name='{name}'><w:altName w:val='{others}'/><w:charset w:val='86'/><w:family w:val='{family}'/><w:pitch w:val='default'/></w:font>"
        for name, (others, family) in _FALLBACKS.items()
    )
    return f"<?xml version='1.0' encoding='UTF-8' standalone='yes'?><w:fonts {_W}>{rows}</w:fonts>".encode()


def settings_xml() -> bytes:
    """Odd and even pages differ, Chinese line breaking, Word 2013 layout; fields are not updated by force, which would raise a question."""
    return (
        f"<w:settings {_W}><w:zoom w:percent='100'/><w:defaultTabStop w:val='420'/><w:evenAndOddHeaders/>"
        "<w:drawingGridVerticalSpacing w:val='289'/><w:characterSpacingControl w:val='compressPunctuation'/>"
        "<w:compat><w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/><w:ulTrailSpace/>"
        "<w:doNotExpandShiftReturn/><w:adjustLineHeightInTable/><w:useFELayout/>"
        "<w:compatSetting w:name='compatibilityMode' w:uri='http://schemas.microsoft.com/office/word' w:val='15'/></w:compat>"
        "<w:themeFontLang w:val='en-US' w:eastAsia='zh-CN'/><w:decimalSymbol w:val='.'/><w:listSeparator w:val=','/></w:settings>"
    ).encode()
