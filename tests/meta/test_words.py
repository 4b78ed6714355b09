"""One word for one thing: names that were given up do not come back, and pages name real files."""

import re
from pathlib import Path

import pytest

from tests.meta.test_tree import PAGES, ROOT, tracked

# What was given up, as a regular expression, and the name to use.
RETIRED = {
    r"\bFrameReader\b": "E2eChecker",
    r"\bFrameWriter\b": "E2eProtector",
    r"\bcontrol[./]scenario\b": "scenario and command",
    r"qiki_hil[./]control[./]allocation\b": "analysis",
    r"\bwire[./]guard\b": "wire.e2e",
    r"\bwire[./]attitude\b": "wire.smallest_three",
    r"\bpower_reports\b": "power_frames",
    r"\bspec[./]source\b": "document.reader",
    r"\bLinePort\b": "SlcanBus",
    r"\blast_words\b": "exit_report",
    r"\bevent_words\b": "event_text",
    r"\b(?:Feedback|Power)Filler\b": "FeedbackDecoder, PowerDecoder",
    r"\brig[./](?:power_)?reports\b": "rig.feedback_frames, rig.power_frames",
    r"\bstruct Hand\b": "ManualOverride",
    r"\bstruct Train\b": "PulseTrain",
    r"\bstruct Stand\b": "NozzleState",
    r"\bstruct Switches\b": "ValveFeedbackMonitor",
    r"\bfn (?:feel|hear)\b": "update_from_motion, update_from_valves",
    r"\bfn blame\b": "declare_fault",
    r"\benum Way\b": "PulseMode",
    r"\bMultiplexer\b": "PulseScheduler",
    r"\blay_out\b": "schedule",
    r"\bstruct (?:Offset|Turn)\b": "PoseError, AttitudeError",
    r"\bstruct Rate\b": "MotionLimits",
    r"\bstruct Choice\b": "AllocationModeState",
    r"\bstruct (?:Tracker|Slot)\b": "CommandTracker, EffectKind",
    r"\bstruct (?:Cooldown|Energy)\b": "ThermalLimiter, PowerBudget",
    r"\bstruct Scene\b": "MonitorContext",
    r"\bstore[./]reasons\b": "store.sqlite_errors",
    r"\btelemetry[./]outbox\b": "telemetry.bounded_queue",
    r"\bcampaign[./]spread\b": "campaign.distributions",
    r"\b(?:hold_reason|holdReason)\b": "inhibit_reason",
    r"\b(?:wrench_(?:asked|given)|wrench(?:Asked|Given))\b": "wrench_demanded, wrench_allocated",
    r"\b(?:asked_mps|owed_mps)\b": "demanded_mps, residual_mps",
    r"\bowed_(?:s|us)\b": "residual_s, residual_us",
    r"\b(?:allocation_asked|allocationAsked)\b": "allocation_requested",
    r"\bgiven_w\b": "supplied_w",
    r"\bheld_back_s\b": "inhibited_s",
    r"\bCOMMAND_STATUS_HELD\b": "COMMAND_STATUS_INHIBITED",
    r"\b[Hh]eld[ _]back\b": "inhibited, limited",
    r"\bscenario[./]readings\b": "scenario.samples",
    r"\bAccountRelay\b": "ImpulseIntegrator",
    r"\bstruct (?:Means|Paper)\b": "HoldContext, PreviewCraft",
    r"\bfn (?:stirs|shut|flow|book)\b": "will_switch, force_close, integrate, keep_residual",
    r"\bfn (?:laid_out|laid_out_ns|valves_as_learnt)\b": "schedule_set, calibrated_valves",
    r"\bfn (?:be_surprised|doubt)\b": "update_innovation_ratio, uncertainty",
    r"\b(?:WORTH_NS|DOUBT_FADES_S|CARRY_PULSES)\b": "SEARCH_COST_NS, UNCERTAINTY_FADES_S",
    r"\b(?:pose_at_work|carry_on)\b": "predicted_pose, propagate",
    r"\bfn (?:why_not|judge_clusters)\b": "shortage_reason, update_clusters",
    r"\bfn (?:know_again|lost_one|judge)\b": "forget_recovered, has_new_fault, check_firing",
    r"\bfn (?:unsafe_because|brake_unasked)\b": "safe_cause, brake_automatically",
    r"\bpub starved\b": "power_limited",
    r"\b(?:doubtful|doubt_ns|believed_s)\b": "uncertain, uncertain_ns, expected_s",
    r"\bpwpf/src/account\b": "pwpf/src/impulse_integrator.rs",
    r"\b(?:StreamLimits|NodeLimits)\b": "StreamRetention, NodeThresholds",
}
SOURCES = {".py", ".pyi", ".rs", ".md", ".proto", ".toml", ".yaml", ".sh"}
# This file, and the pages that tell what a thing was called before.
TELL_OLD_NAMES = {
    ROOT / "tests/meta/test_words.py",
    ROOT / "docs/glossary.md",
    ROOT / "CHANGELOG.md",
}
MADE = {"benches/results", "qiki_hil/_core.abi3.so"}
"""Named in pages, made on the spot, not in the repository."""
QUOTED = re.compile(r"`([^`\s]+)`")
SOURCE_FILE = re.compile(r"[\w./-]+\.(?:rs|py|pyi|proto|dbc|toml|sh)")


@pytest.mark.parametrize(("retired", "instead"), RETIRED.items())
def test_a_name_that_was_given_up_does_not_come_back(retired: str, instead: str) -> None:
    pattern = re.compile(retired)
    found = [
        f"{path.relative_to(ROOT)}: use {instead}"
        for path in tracked()
        if path.suffix in SOURCES and path not in TELL_OLD_NAMES
        if pattern.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def named_files(page: Path) -> set[str]:
    """Source files and folders that a page names between backticks."""
    words = set(QUOTED.findall(page.read_text(encoding="utf-8")))
    tops = {path.relative_to(ROOT).parts[0] for path in tracked()}
    return {
        word.rstrip("/")
        for word in words
        if SOURCE_FILE.fullmatch(word) or ("/" in word and word.split("/")[0] in tops)
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_source_file_that_a_page_names_is_there(page: Path) -> None:
    files = {f"/{path.relative_to(ROOT)}" for path in tracked()}

    def there(name: str) -> bool:
        if any(character in name for character in "*?") and list(ROOT.glob(name)):
            return True
        return (ROOT / name).exists() or any(file.endswith(f"/{name}") for file in files)

    assert sorted(name for name in named_files(page) - MADE if not there(name)) == []
