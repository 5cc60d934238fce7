"""The paper of a permit as a PDF: the form with answers, analyses and signatures; the same content, the same file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from services.permits.domain.profiles import RuleSet
from shared.clock import BUSINESS_ZONE
from shared.ids import ID
from shared.qr import qr_code

if TYPE_CHECKING:
    from shared.pdf import Paper

MARGIN, WIDTH, LABEL, GAP, LINE, QR_SIZE = 18, 174, 30, 4, 6.5, 26  # millimetres
ANSWERS = {True: "涉及", False: "不涉及", None: "未确认"}
UNITS = {"vol_pct": "%(体积)", "lel_pct": "%LEL", "ppm": "ppm", "mg_m3": "mg/m³"}
# What stays on one line: a word, a number with its unit, a sign with what opens before it or closes after it.
PIECE = re.compile(r"[（“《【]*(?:[!-~³]+(?: [A-Za-z%]{1,3}(?![!-~]))?|.)[，。；：、）”》】！？]*")
Content = Mapping[str, Any]


def paper_of(content: Content, *, rules: RuleSet, code: str, made_at: datetime, address: str = "") -> bytes:
    """Return the file of a paper; ``address`` is where the code can be checked, empty when nobody can reach it."""
    from shared.pdf import Paper  # late: what it needs takes half a second and 50 MB to load

    paper = Paper(size=10, foot=f"{content['number']}　核验码 {code}", made_at=made_at)
    paper.set_title(f"{content['kind_zh']}安全作业票 {content['number']}")
    paper.set_margins(MARGIN, 16, MARGIN)
    paper.set_auto_page_break(auto=True, margin=20)
    paper.add_page()
    _head(paper, content, address=address)
    _facts(paper, content, rules=rules)
    _analysed(paper, content.get("analysis") or {})  # papers of earlier releases have none, nor what follows
    _prepared(paper, content.get("preparation") or {})
    _title(paper, "安全措施")
    for number, text, is_involved in content["measures"]:
        _pair(paper, f"{number}　{ANSWERS[is_involved]}", text)
    if content["gas"]:
        _title(paper, "气体分析")
    for one in content["gas"]:
        _pair(paper, rules.gases.gas(one["gas"]).zh, _result(one))
    _confirmed(paper, content.get("confirmations", ()))  # papers of earlier releases have none
    _title(paper, "签字")
    for one in content["signatures"]:
        _pair(paper, rules.chains.roles[one["role"]].zh, _signed(one))
    if not content["signatures"]:
        _pair(paper, "尚未签字", "")
    _title(paper, "核验")
    _pair(paper, "核验码", f"{code}　打印于 {_moment(made_at.isoformat())}")
    return bytes(paper.output())


def _head(paper: Paper, content: Content, *, address: str) -> None:
    if address:
        paper.image(BytesIO(qr_code(address, "png")), x=MARGIN + WIDTH - QR_SIZE, y=12, w=QR_SIZE)
    paper.set_font_size(18)
    paper.cell(0, 11, f"{content['kind_zh']}安全作业票", new_x="LMARGIN", new_y="NEXT")
    paper.set_font_size(10)
    paper.cell(0, LINE, f"编号 {content['number']}　{content['level_zh']}", new_x="LMARGIN", new_y="NEXT")
    paper.set_y(max(paper.get_y(), 12 + QR_SIZE + 2) if address else paper.get_y() + 2)


def _facts(paper: Paper, content: Content, *, rules: RuleSet) -> None:
    _pair(paper, "单位", content["enterprise"])
    if "applied_at" in content:
        _pair(paper, "申请时间", _moment(content["applied_at"]))
    _pair(paper, "作业内容", content["description"])
    _pair(paper, "作业地点", content["place"])
    for label, entry in content.get("form", ()):  # papers of before had none
        _pair(paper, label, entry)
    for label, person, *held in content.get("crew", ()):
        _pair(paper, label, "　".join((_person(person), *held)))
    related = [f"{kind} {number}" for kind, number in content.get("related", ())]
    if related:
        _pair(paper, "关联作业票", "；".join(related))
    _pair(paper, "有效时间", f"{_moment(content['starts_at'])} 至 {_moment(content['ends_at'])}")
    _pair(paper, "依据", _basis(content, rules=rules))


def _basis(content: Content, *, rules: RuleSet) -> str:
    """Return by which standard, in which version of its rules, and by which clauses the work was judged."""
    profile = rules.profile
    standard = f"{profile.source.document}《{profile.zh}》" if profile.is_binding else profile.zh
    clauses = content["clause"].replace(" note ", "注").replace("; ", "；")
    return f"{standard}　规则版本 {content['ruleset_version']}　{clauses}".strip()


def _analysed(paper: Paper, analysis: Content) -> None:
    if not analysis:
        return
    _title(paper, "风险辨识")
    for number, one in enumerate(analysis["hazards"], 1):
        _pair(paper, f"{number}", f"{one['hazard']}　控制措施：{one['control']}")
    _pair(paper, "所在单位分析人", _person(analysis["unit_by"]))
    _pair(paper, "作业单位分析人", _person(analysis["work_unit_by"]))


def _prepared(paper: Paper, told: Content) -> None:
    """Write what was isolated, by which map and plan, and who explained the work to whom."""
    words = {"isolation": "隔离", "blind_map": "盲板位置图", "plan": "作业方案"}
    known = [(label, told[name]) for name, label in words.items() if name in told]
    if known:
        _title(paper, "作业条件")
    for label, value in known:
        _pair(paper, label, value if isinstance(value, str) else "；".join(value))
    if "briefed_by" in told:
        _title(paper, "安全交底")
        _pair(paper, "交底人", f"{_person(told['briefed_by'])}　{_moment(told['briefed_at'])}")
        _pair(paper, "接受交底人", "；".join(_person(one) for one in told["receivers"]))


def _person(words: str) -> str:
    """Return whom a permit names: no names are kept here, the end of the number in the register, or what was said."""
    return f"人员 {words[-8:]}" if ID.fullmatch(words) else words


def _who(one: Content) -> str:
    """Return who acted with an account: the number of the person who has it, that of the account when nobody does."""
    return _person(one["person"]) if one.get("person") else f"账号 {one['by'][-8:]}"


def _title(paper: Paper, text: str) -> None:
    paper.ln(2)
    paper.set_font_size(12)
    paper.cell(0, 8, text, new_x="LMARGIN", new_y="NEXT")
    paper.line(MARGIN, paper.get_y(), MARGIN + WIDTH, paper.get_y())
    paper.set_font_size(10)
    paper.ln(1)


def _pair(paper: Paper, label: str, text: str) -> None:
    """Write a label with its text beside it; a pair that does not fit begins the next page."""
    left = max(LABEL, paper.get_string_width(label) + GAP)
    text = _broken(paper, text, width=WIDTH - left)
    height = paper.multi_cell(WIDTH - left, LINE, text, dry_run=True, output="HEIGHT")
    if isinstance(height, float) and paper.will_page_break(height):
        paper.add_page()
    paper.cell(left, LINE, label)
    paper.multi_cell(WIDTH - left, LINE, text, align="L", new_x="LMARGIN", new_y="NEXT")


def _broken(paper: Paper, text: str, *, width: float) -> str:
    """Return a text in lines that fit into ``width`` millimetres; none begins with what closes, as 、 and ） do."""
    lines = []
    for paragraph in text.splitlines():
        line = ""
        for piece in PIECE.findall(paragraph):
            if line and paper.get_string_width(line + piece.rstrip()) > width - 2 * paper.c_margin:
                lines.append(line.rstrip())
                line = ""
            line = line + piece if line else piece.lstrip()
        lines.append(line)
    return "\n".join(lines)


def _confirmed(paper: Paper, confirmations: Sequence[Content]) -> None:
    if confirmations:
        _title(paper, "现场确认")
    for one in confirmations:
        _pair(paper, _moment(one["at"])[5:], f"{one['zh']}　{_who(one)}")


def _result(one: Content) -> str:
    verdict = "合格" if one["is_acceptable"] else "超限"
    judged, limit = f"{one['judged_value']:.4g}", f"{one['limit_value']:g} {UNITS[one['judged_unit']]}"
    value = f"{one['value']:g} {UNITS[one['unit']]} = {judged} {UNITS[one['judged_unit']]}"
    return f"{verdict}　{value}（限值 {limit}，{one['clause']}）　{one['point']}　{_moment(one['at'])[5:]}"


def _signed(one: Content) -> str:
    far = f"　异地：{one['remote_reason']}" if one["remote_reason"] else ""
    return f"{one['opinion'] or '同意'}　{_moment(one['at'])}　{_who(one)}{far}"


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}"
