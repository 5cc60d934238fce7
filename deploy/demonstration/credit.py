"""The credit record of the generated district: penalties with their publication, accidents, exposures, cases, checks.

It is lived through in two parts. What the first one decides has run its course when, a month of self-checks later, the
second one begins: penalties are public, a restriction was left unanswered, a hazard was not removed in time.
"""

import csv
import io
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from deploy.demonstration.checks import ORDER, Life
from deploy.demonstration.listing import Listing, lead_case
from deploy.demonstration.lists import Client
from deploy.demonstration.plants import CEASED
from deploy.demonstration.waiting import until
from shared.calendar import is_working_day, months_later
from shared.clock import business_date

LISTED_FIRM = "demo-listed-firm"
YEAR = 12  # months
MOST = 100  # enterprises to choose from
ABOUT_THE_ROW = ("id", "part", "firm", "working_days", "days", "years")
TITLES = {  # of the columns of a register of accidents, by the names of our rows
    "kind": "事故类型",
    "deaths": "死亡人数",
    "serious_injuries": "重伤人数",
    "loss": "直接经济损失（万元）",
    "place": "事故地点",
}
Document = dict[str, Any]


class CreditRecord:
    """What the bureau, an enterprise and an agency do about those firms that there are; a small district has fewer."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.words = tomllib.loads(Path(__file__).with_name("credit.toml").read_text("utf-8"))
        self.firms: list[Document] = []
        self.penalties: dict[str, Document] = {}
        self.exposed: dict[str, str] = {}

    def begin(self) -> dict[str, int]:
        """Decide what a month will pass over; return how many entries of each kind there are."""
        officer, decided = self.life.sign_in("demo-officer"), {"state": "decided", "limit": 1}
        self.firms = _firms(officer, self.words["trades"])
        counts = self._live_through(1)
        self._find_hazard()
        # before the clock is moved on: else they would be public too late
        until(lambda: not officer.call("GET", "credit/penalties", params=decided)["items"], what="they are public")
        return counts

    def go_on(self) -> dict[str, int]:
        """Do what has fallen due since, begin what will still wait, and return the same counts."""
        counts = self._live_through(2)
        self._import_earlier()
        clerk = self.life.sign_in("demo-clerk")
        for firm in self.firms[:2]:  # one of them is on the list
            clerk.call("GET", f"credit/checks/{firm['uscc']}", params={"purpose": "PROC"})
        self._object_again()
        self._watch()
        return counts

    @property
    def today(self) -> date:
        return business_date(self.life.now())

    def _live_through(self, part: int) -> dict[str, int]:
        officer, leader = self.life.sign_in("demo-officer"), self.life.sign_in("demo-leader")
        rows = {name: self._of(name, part) for name in ("penalty", "step", "accident", "exposure", "case")}
        for one in rows["penalty"]:
            self._decide(officer, one)
        for one in rows["step"]:
            self._step(officer, one)
        for one in rows["accident"]:
            self._record_accident(officer, one)
        for one in rows["exposure"]:
            self._expose(one, officer=officer, leader=leader)
        for one in rows["case"]:
            lead_case(self._listing(officer, leader), one, penalty=self.penalties[one["penalty"]])
        named = {"penalty": "penalty decisions", "accident": "accidents", "exposure": "exposures", "case": "cases"}
        return {kind: len(rows[name]) for name, kind in named.items()}

    def _of(self, name: str, part: int) -> list[Document]:
        """Return the rows of a part about firms that there are."""
        firm_of = {one["id"]: one["firm"] for one in self.words["penalty"]}
        firms = ((one, one.get("firm", firm_of.get(one.get("penalty", ""), 0))) for one in self.words[name])
        return [one for one, firm in firms if one["part"] == part and firm < len(self.firms)]

    def _decide(self, officer: Client, row: Document) -> None:
        """Record a penalty decision of some working days before."""
        day, number = _working_days_before(self.today, row["working_days"]), len(self.penalties) + 1
        body = {name: value for name, value in row.items() if name not in ABOUT_THE_ROW}
        body |= {"enterprise_id": self.firms[row["firm"]]["id"], "decided_on": day.isoformat()}
        body["document_number"] = self.words["number"].format(year=day.year, number=number)
        body["authority"] = self.words["authority"]
        self.penalties[row["id"]] = officer.call("POST", "credit/penalties", json=body)

    def _step(self, officer: Client, row: Document) -> None:
        body = {name: value for name, value in row.items() if name not in ("penalty", "part", "day")}
        if "day" in row:
            body[row["day"]] = self.today.isoformat()
        path = f"credit/penalties/{self.penalties[row['penalty']]['id']}/steps"
        officer.call("POST", path, json=body)

    def _record_accident(self, officer: Client, row: Document) -> None:
        body = {name: value for name, value in row.items() if name not in ABOUT_THE_ROW}
        day = self.today - timedelta(days=row["days"])
        body |= {"enterprise_id": self.firms[row["firm"]]["id"], "occurred_on": day.isoformat()}
        officer.call("POST", "credit/accidents", json=body)

    def _expose(self, row: Document, *, officer: Client, leader: Client) -> None:
        """Propose that a firm is named; the leader publishes it, the firm objects, and is answered."""
        penalty = self.penalties[row["penalty"]]
        body = {name: row[name] for name in ("kind", "title", "content", "basis")}
        body |= {"enterprise_id": penalty["enterprise_id"], "penalty_id": penalty["id"]}
        exposure_id = officer.call("POST", "credit/exposures", json=body)["id"]
        if "statement" not in row:
            return
        path = f"credit/exposures/{exposure_id}"
        leader.call("POST", f"{path}/decide", json={"event": "publish"})
        self._hire(penalty["enterprise_id"])
        objected = self._object(path, row["statement"])
        reply = f"{path}/objections/{objected['objections'][0]['id']}/reply"
        officer.call("POST", reply, json={"reply": row["reply"]})
        self.exposed[path] = row["later"]

    def _hire(self, enterprise_id: str) -> None:
        """Give the principal of the firm that is exposed and listed an account."""
        facts = {"name": "演示主要负责人", "roles": ["enterprise_principal"], "enterprise_id": enterprise_id}
        account = {"username": LISTED_FIRM, "password": self.life.password, **facts}
        self.life.sign_in("admin").call("POST", "identity/accounts", json=account)

    def _object(self, path: str, statement: str) -> Document:
        firm = self.life.sign_in(LISTED_FIRM)
        return firm.call("POST", f"{path}/objections", json={"statement": statement})

    def _object_again(self) -> None:
        for path, statement in self.exposed.items():
            self._object(path, statement)

    def _listing(self, officer: Client, leader: Client) -> Listing:
        return Listing(officer, leader, self.life.sign_in("demo-clerk"), self.words["listing"], self.today)

    def _import_earlier(self) -> None:
        """Take in the accidents of earlier years, as the bureau has them in a file."""
        rows = [row for row in self.words["earlier"] if row["firm"] < len(self.firms)]
        if not rows:
            return
        file = io.StringIO(newline="")
        writer = csv.DictWriter(file, ["统一社会信用代码", "发生日期", *TITLES.values()])
        writer.writeheader()
        for row in rows:
            day = months_later(self.today, -YEAR * row["years"]) - timedelta(days=row["days"])
            named = {"统一社会信用代码": self.firms[row["firm"]]["uscc"], "发生日期": day.isoformat()}
            writer.writerow({**named, **{title: row.get(name, "") for name, title in TITLES.items()}})
        files = {"file": ("accidents.csv", file.getvalue().encode("utf-8-sig"), "text/csv")}
        self.life.sign_in("demo-officer").call("POST", "credit/accidents/imports", files=files)

    def _find_hazard(self) -> None:
        """Find a hazard that is left to itself: past its deadline it is suggested as a violation."""
        row, officer = self.words["hazard"], self.life.sign_in("demo-officer")
        for firm in self.firms[row["firm"] : row["firm"] + 1]:
            body = {"enterprise_id": firm["id"], "description": row["description"], "place": row["place"]}
            path = f"inspections/hazards/{officer.call('POST', 'inspections/hazards', json=body)['id']}/steps"
            for event, given in (("grade_general", {}), ("order", ORDER)):
                officer.call("POST", path, json={"event": event, **given})

    def _watch(self) -> None:
        row, officer = self.words["watched"], self.life.sign_in("demo-officer")
        last = self.today + timedelta(days=row["days"])
        for firm in self.firms[row["firm"] : row["firm"] + 1]:
            body = {"enterprise_id": firm["id"], "reason": row["reason"], "until": last.isoformat()}
            officer.call("POST", "credit/watched", json=body)


def _firms(client: Client, trades: list[str]) -> list[Document]:
    """Return the enterprises of these trades that are going, by name."""
    query = {"limit": MOST, "sort": "name"}
    found = client.call("GET", "registry/enterprises", params=query)["items"]
    going = (one for one in found if one["supervision"] != CEASED)  # some were found closed in the weeks before
    return [one for one in going if any(trade in one["name"] for trade in trades)]


def _working_days_before(day: date, count: int) -> date:
    """Return the ``count``-th working day before ``day``."""
    while count > 0:
        day -= timedelta(days=1)
        count -= is_working_day(day)
    return day
