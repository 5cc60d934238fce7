"""Words in Chinese business texts: finding many at once, and the grammar of a business scope.

A scope lists things and closes the list with verbs: 塑料制品、模具制造、加工；油漆销售（不含危险化学品）。
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

_END = ""


def alternation(words: Iterable[str]) -> re.Pattern[str]:
    """Compile a pattern that finds the longest of `words` at each place; without words it finds nothing."""
    trie: dict[str, Any] = {}
    for word in words:
        node = trie
        for character in word:
            node = node.setdefault(character, {})
        node[_END] = {}
    return re.compile(_written(trie) if trie else r"(?!)")


def _written(node: dict[str, Any]) -> str:
    branches = [re.escape(character) + _written(below) for character, below in sorted(node.items()) if character]
    if not branches:
        return ""
    body = branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
    return f"(?:{body})?" if _END in node else body


MAKE, SELL, STORE, SERVE = "make", "sell", "store", "serve"

_VERBS = {
    MAKE: ("制造", "生产", "加工", "组装", "装配", "制作", "制售", "年产", "充装", "冶炼", "养护"),
    SELL: ("销售", "批发", "零售", "经销", "代销", "购销", "经营", "供应", "收购", "批零", "进出口", "出口"),
    STORE: ("储存", "仓储", "贮存", "存储", "储运", "保管", "储备", "收储"),
    SERVE: (
        "安装",
        "维修",
        "修理",
        "维护",
        "施工",
        "设计",
        "服务",
        "咨询",
        "租赁",
        "运输",
        "装卸",
        "承包",
        "承建",
        "种植",
        "养殖",
        "捕捞",
    ),
}
_ACTIVITY_OF = {verb: activity for activity, verbs in _VERBS.items() for verb in verbs}
_VERB = alternation(_ACTIVITY_OF).pattern
_VERB_RUN = re.compile(rf"(?:{_VERB})(?:[、，,/\s及和与兼]*(?:{_VERB}))*")
_EACH_VERB = re.compile(_VERB)
_CLAUSE_END = re.compile(r"[;；。\n]")

_STOP = "，,；;。（）()"
_NOT = r"(?:不含|不包括|不包含|不得|不从事|不涉及|不经营|不带|不设|无储存|无仓储|严禁|禁止|除(?![锈油尘湿臭草虫垢雪]))"
_DANGER = "化学品|危险|剧毒|易制|易燃|易爆|爆炸|监控|放射|毒品"
_EXCLUDED = re.compile(
    rf"[（(][^（）()]*除外[^（）()]*[)）]"  # （危险化学品、易制毒品除外）
    rf"|[^{_STOP}]*除外"  # 危险化学品除外
    rf"|除(?![锈油尘湿臭草虫垢雪])[^{_STOP}]{{1,40}}?(?:以外|之外|外)的?"  # 除危险化学品外的化工产品
    rf"|(?<=[（(]){_NOT}[^（）()]*"  # （不含危险化学品，凭证经营）
    rf"|{_NOT}[^、{_STOP}]*(?:、[^、{_STOP}]*(?:{_DANGER})[^、{_STOP}]*)*"  # 不含危险化学品、易制毒化学品
    r"|非(?:危险化学品|危险品|危化品|易燃易爆品?|食品|食用)"
)
_MAY_EXCLUDE = re.compile("[不除非无禁]")
_FORMALITY = re.compile(
    r"同类生产经营者的?|[（(](?![^（）()]*(?:危险化学品|危化品|成品油))(?:凭|按|依法|具体|限|涉及|以上|仅)[^（）()]*[)）]|[^：:；;。]{2,4}经营项目[：:]"
)
_NAME_OF = {
    MAKE: re.compile("厂|制造|加工|铸|模具|塑业|制品|化工(?!贸)|制药|机械|电器|工贸"),
    SELL: re.compile("商行|经营部|贸易|商贸|商店|门市|超市|批发|销售|商场|药房|供销|店$|工贸"),
}


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text and the activities of the verbs that close it (empty: no verb says)."""

    text: str
    activities: frozenset[str]


def affirmed(scope: str) -> str:
    """Return the scope without what it excludes and without remarks about licences."""
    scope = _FORMALITY.sub("", scope)
    return _EXCLUDED.sub("，", scope) if _MAY_EXCLUDE.search(scope) else scope


def segments(scope: str) -> Iterator[Segment]:
    """Yield the lists of an affirmed scope, each with its activities, in order."""
    for clause in _CLAUSE_END.split(scope):
        if clause:
            yield from _segments_of_clause(clause)


def _segments_of_clause(clause: str) -> Iterator[Segment]:
    position, leading = 0, frozenset[str]()
    for run in _VERB_RUN.finditer(clause):
        activities = frozenset(_ACTIVITY_OF[verb] for verb in _EACH_VERB.findall(run.group()))
        listed = clause[position : run.start()]
        if len(listed) > 1:
            yield Segment(listed + run.group(), activities)
        else:
            leading = activities  # 销售：塑料制品
        position = run.end()
    if len(clause) - position > 1:
        yield Segment(clause[position:], leading)


def activities_of_name(name: str) -> frozenset[str]:
    """Return what the name itself says the enterprise does (厂 makes, 商行 sells); empty when it does not say."""
    return frozenset(activity for activity, pattern in _NAME_OF.items() if pattern.search(name))
