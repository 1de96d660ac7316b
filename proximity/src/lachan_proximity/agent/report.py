"""How the agent is doing, as a document, as text for a terminal and as a page."""

import html
from datetime import UTC, datetime
from typing import Any

from lachan_proximity.agent.core import Agent, State
from lachan_proximity.agent.news import News
from lachan_proximity.agent.words import advice, word
from lachan_proximity.risk.why import HO_CHI_MINH
from lachan_proximity.sightings import coverage, retention

_SHAPES = {
    State.LISTENING: "●",
    State.STARTING: "◌",
    State.ADAPTER_GONE: "▲",
    State.DISK_FULL: "▲",
    State.STOPPED: "■",
}


def document(agent: Agent) -> dict[str, Any]:
    """Counts, times and what a warning says: no identifier, no key, nobody's strength."""
    now = agent.radio.clock.now()
    status, store = agent.status, agent.store
    proof = retention.prove(store, now)
    return {
        "state": status.state.value,
        "note": status.note,
        "now": round(now),
        "lastScan": status.last_scan,
        "nextScan": status.next_scan,
        "adverts": status.adverts,
        "near": status.near,
        "schemes": status.schemes,
        "sightings": store.count(),
        "waiting": status.waiting,
        "identifierChanged": status.rotated,
        "clockJumps": status.clock_jumps,
        "retentionDays": store.retention_days,
        "retentionFaults": proof.faults,
        "coverage": [{"day": day * 86_400, "share": round(share, 4)} for day, share in coverage.days(store, now, 7)],
        "lastFault": last_fault(agent),
        "server": None if status.news is None else _news(status.news),
    }


def _news(news: News) -> dict[str, Any]:
    return {
        "address": news.server,
        "keyFiles": news.files,
        "fetched": news.fetched,
        "nextFetch": news.next_fetch,
        "compared": news.compared,
        "fault": news.fault,
        "detail": news.detail,
        "risk": news.risk,
        "why": news.why,
    }


def last_fault(agent: Agent) -> dict[str, Any] | None:
    """The newest hour of the ledger with a fault."""
    row = agent.store.db.execute(
        "SELECT hour, fault FROM listening WHERE fault <> '' ORDER BY hour DESC LIMIT 1"
    ).fetchone()
    return {"hour": row[0] * 3600, "fault": row[1]} if row else None


def _time(unix: float | None, language: str) -> str:
    if unix is None:
        return word("never", language)
    return datetime.fromtimestamp(unix, HO_CHI_MINH).strftime("%H:%M:%S %d/%m/%Y")


def rows(data: dict[str, Any], language: str) -> list[tuple[str, str]]:
    """(label, value) of what matters, in order."""
    schemes = ", ".join(f"{name} {count}" for name, count in data["schemes"].items() if count)
    listed = [
        ("last scan", _time(data["lastScan"], language)),
        ("next scan", _time(data["nextScan"], language)),
        ("near", f"{data['near']}" + (f" ({schemes})" if schemes else "")),
        ("kept", f"{data['sightings']}"),
        ("identifier", _time(data["identifierChanged"], language)),
        ("erases", f"{data['retentionDays']} {word('days', language)}"),
    ]
    if data["waiting"]:
        listed.append(("waiting", str(data["waiting"])))
    if server := data["server"]:
        listed += [
            ("files", str(server["keyFiles"])),
            ("fetched", _time(server["fetched"], language)),
            ("compared", _time(server["compared"], language)),
            ("next fetch", _time(server["nextFetch"] or None, language)),
        ]
        if server["fault"]:
            listed.append(("fetch trouble", word(server["fault"], language)))
    if data["lastFault"]:
        listed.append(("fault", f"{_time(data['lastFault']['hour'], language)}: {data['lastFault']['fault']}"))
    return [(word(name, language), value) for name, value in listed]


def as_text(data: dict[str, Any], language: str) -> str:
    """A few lines for a terminal."""
    state = State(data["state"])
    lines = [f"{_SHAPES[state]} {word(data['state'], language)}" + (f" ({data['note']})" if data["note"] else "")]
    lines.append(advice(state, language))
    if server := data["server"]:
        mark = {"high": "▲", "low": "△"}.get(server["risk"], "○")
        lines.append(f"{mark} {word('warned ' + server['risk'], language)}. {_said(server, language)}")
    width = max(len(label) for label, _value in rows(data, language))
    lines += [f"  {label:<{width}}  {value}" for label, value in rows(data, language)]
    for each in data["coverage"][:3]:
        bar = "█" * round(each["share"] * 20)
        lines.append(f"  {_day(each['day']):<{width}}  {bar:<20} {each['share']:.0%}")
    return "\n".join(lines)


def _said(server: dict[str, Any], language: str) -> str:
    """Why, in a sentence, and what to do."""
    why = str(server["why"].get(language, ""))
    return f"{why} {word('do ' + server['risk'], language)}".strip()


def _warning(server: dict[str, Any] | None, language: str) -> str:
    if server is None:
        return ""
    mark = {"high": "▲", "low": "△"}.get(server["risk"], "○")
    bad = " trouble" if server["risk"] == "high" else ""
    why = html.escape(str(server["why"].get(language, "")))
    return (
        f'<section class="state{bad}"><strong>{mark} {html.escape(word("warned " + server["risk"], language))}</strong>'
        f"{f'<p>{why}</p>' if why else ''}<p>{html.escape(word('do ' + server['risk'], language))}</p></section>\n"
    )


def _day(unix: int) -> str:
    return datetime.fromtimestamp(unix, UTC).strftime("%d/%m/%Y")


STYLE = """
:root { color-scheme: light dark; --paper: #faf6ee; --surface: #fff; --line: #dbd2c1; --ink: #1b2420; --ink-2: #4b554f;
  --brand: #17503f; --good: #dcf0f2; --bad: #fbe8e2; --well: #f2ece0 }
@media (prefers-color-scheme: dark) { :root { --paper: #141a17; --surface: #1c2420; --line: #36413b; --ink: #f1ede3;
  --ink-2: #bcc4be; --brand: #8fd0b8; --good: #12363b; --bad: #45201a; --well: #262f2a } }
* { box-sizing: border-box }
body { margin: 0; padding: 16px; background: var(--paper); color: var(--ink);
  font: 17px/1.55 "Be Vietnam Pro", system-ui, sans-serif }
main { max-width: 640px; margin: 0 auto }
header { display: flex; justify-content: space-between; align-items: center; gap: 16px; min-height: 48px }
h1 { font-size: 19px; margin: 0; line-height: 1.28 }
h2 { font-size: 17px; margin: 24px 0 8px }
a { color: var(--brand); display: inline-flex; align-items: center; min-height: 48px }
a:focus-visible { outline: 3px solid #f2b01e; outline-offset: 2px }
.state { border-radius: 20px 4px 20px 4px; padding: 16px; background: var(--good) }
.state.trouble { background: var(--bad) }
.state strong { display: block; font-size: 28px; line-height: 1.28 }
.state p { margin: 8px 0 0 }
.state + .state { margin-top: 12px }
.state + .state strong { font-size: 21px }
dl { margin: 16px 0 0; background: var(--surface); border: 1px solid var(--line); border-radius: 8px;
  padding: 4px 16px }
dl div { padding: 8px 0; border-bottom: 1px solid var(--line) }
dl div:last-child { border-bottom: 0 }
dt { color: var(--ink-2); font-size: 15px }
dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere }
table { width: 100%; border-collapse: collapse; background: var(--surface); border: 1px solid var(--line) }
th, td { padding: 8px 12px; text-align: left; border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums }
th { background: var(--well); font-size: 15px }
td:last-child, th:last-child { text-align: right }
meter { width: 96px; height: 16px; margin-right: 8px; vertical-align: middle }
.quiet { color: var(--ink-2); font-size: 15px }
@media (min-width: 560px) { dl div { display: grid; grid-template-columns: 1fr 1fr; align-items: baseline } }
"""


SCRIPT = """
// Fetches this page every ten seconds and puts the new figures in place; focus and scrolling stay where they are.
async function freshen() {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.title = page.title;
    document.getElementById("live").replaceWith(page.getElementById("live"));
  } catch {
    // The agent is restarting: the next round asks again.
  }
}
setInterval(freshen, 10000);
"""


def as_page(data: dict[str, Any], language: str) -> str:
    """The whole page. Its script only keeps it fresh; without one there is the link that loads it anew."""

    def say(name: str) -> str:
        return html.escape(word(name, language))

    state = State(data["state"])
    trouble = " trouble" if state in (State.ADAPTER_GONE, State.DISK_FULL, State.STOPPED) else ""
    note = f'<p class="quiet">{html.escape(data["note"])}</p>' if data["note"] else ""
    listed = "".join(
        f"<div><dt>{html.escape(label)}</dt><dd>{html.escape(value)}</dd></div>"
        for label, value in rows(data, language)
    )
    covered = "".join(
        f'<tr><th scope="row">{_day(each["day"])}</th><td><meter min="0" max="1" value="{each["share"]:.4f}"'
        f' aria-label="{say("share")}">{each["share"]:.0%}</meter>{each["share"]:.0%}</td></tr>'
        for each in data["coverage"]
    )
    other = "en" if language == "vi" else "vi"
    retained = say("retention bad") if data["retentionFaults"] else say("retention ok")
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{say(data["state"])} · {say("title")}</title>
<link rel="stylesheet" href="/style.css">
<script src="/fresh.js" type="module"></script>
</head>
<body>
<main>
<header><h1>{say("title")}</h1><a href="/?lang={other}" lang="{other}" hreflang="{other}">{say("other")}</a></header>
<div id="live">
{_warning(data["server"], language)}<section class="state{trouble}">
<strong>{_SHAPES[state]} {say(data["state"])}</strong>
<p>{html.escape(advice(state, language))}</p>{note}</section>
<dl>{listed}</dl>
<h2>{say("coverage")}</h2>
<table><thead><tr><th scope="col">{say("day")}</th><th scope="col">{say("share")}</th></tr></thead>
<tbody>{covered}</tbody></table>
<p class="quiet">{retained}</p>
</div>
<p><a href="/?lang={language}">{say("reload")}</a></p>
</main>
</body>
</html>
"""
