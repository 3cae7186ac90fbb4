"""Start of the reporting app: what is final is immutable in the database."""

from __future__ import annotations

from django.apps import AppConfig

from accounts import links
from orgs import panels
from orgs.kernel import triggers
from orgs.kernel.trigger_rules import FILLED
from reporting.unit_tabs import tabs


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = "周报与督导"

    def ready(self) -> None:
        triggers.protect(
            table="reporting_weekunit",
            parent_table="reporting_closedweek",
            parent_fk="week_id",
            parent_pk="id",
            locked_column="state",
            locked_value="closed",
        )
        triggers.protect(
            table="reporting_basecorrection",
            parent_table="reporting_closedweek",
            parent_fk="week_id",
            parent_pk="id",
            locked_column="state",
            locked_value="closed",
        )
        # After that an explanation may still come, which raises the report's version.
        triggers.keep_once_locked(
            table="reporting_weeklyreport",
            filled="confirmed_at",
            kept=("unit_id", "remark", "confirmed_by_id"),
            keys=("year", "number"),
            other_table="reporting_closedweek",
            locked_column="state",
            locked_value="closed",
        )
        triggers.keep_below_locked(
            table="reporting_weekexplanation",
            parent_table="reporting_weeklyreport",
            parent_fk="report_id",
            keys=("year", "number"),
            other_table="reporting_closedweek",
            locked_column="state",
            locked_value="closed",
        )
        # Recipients sign for a published bulletin: their rows stay open until then.
        triggers.lock_rows("reporting_bulletinrecipient", locked_column="received_at", locked_value=FILLED)
        triggers.protect(
            table="reporting_bulletinnotice",
            parent_table="reporting_bulletin",
            parent_fk="bulletin_id",
            parent_pk="id",
            locked_column="state",
            locked_value="published",
        )
        # A published notice may still be withdrawn and signed for; what it says, to whom and until when is final.
        triggers.keep_once_filled(
            "reporting_notice",
            filled="published_at",
            kept=(
                *("unit_id", "title", "text", "under_id", "kinds", "lines", "levels", "must_sign"),
                *("sign_by", "pinned_until", "made_by_id", "made_at", "published_by_id"),
            ),
        )
        triggers.lock_rows("reporting_notice", locked_column="state", locked_value="withdrawn")
        triggers.lock_rows("reporting_noticerecipient", locked_column="received_at", locked_value=FILLED)
        # What was provided, sent up or asked keeps its words; only what came of it is written later.
        said = ("unit_id", "title", "text", "link")
        triggers.keep_once_filled(
            "reporting_material", filled="published_at", kept=(*said, "kind", "published_by_id")
        )
        triggers.keep_once_filled(
            "reporting_contribution", filled="sent_at", kept=(*said, "addressed_to_id", "sent_by_id")
        )
        triggers.keep_once_filled(
            "reporting_directedmessage",
            filled="sent_at",
            kept=("from_unit_id", "to_unit_id", "about_type", "about_id", "text", "sent_by_id"),
        )
        # Of a draw only its state moves on, of a sample only who looks at it and what came of it; nothing once it is over.
        triggers.keep_once_filled(
            "reporting_draw",
            filled="drawn_at",
            kept=(
                *("number", "title", "unit_id", "scope_id", "lines", "kinds", "group_kinds", "way"),
                *(
                    "stratum",
                    "size",
                    "share_percent",
                    "uses_risk",
                    "seed",
                    "algorithm",
                    "frame",
                    "frame_hash",
                    "n_frame",
                ),
                *("drawn_by_id", "replaces_id", "redraw_reason"),
            ),
        )
        triggers.keep_once_filled(
            "reporting_drawitem", filled="draw_id", kept=("position", "group_id", "unit_id", "stratum")
        )
        triggers.protect(
            table="reporting_drawitem",
            parent_table="reporting_draw",
            parent_fk="draw_id",
            parent_pk="id",
            locked_column="state",
            locked_value=("closed", "replaced"),
        )
        # What was judged under a version stays readable: a new pack is a new version.
        for table in ("campaignversion", "campaignphase", "requirement"):
            triggers.append_only(f"reporting_{table}")
        # What was handed in stays as it came, and is decided about once; a planned number is never written over.
        triggers.keep_once_filled(
            "reporting_handin",
            filled="handed_at",
            kept=(
                *("campaign_id", "requirement_code", "unit_id", "period", "copy", "handed_by_id", "is_late"),
                *("stored_name", "original_name", "size", "sha256"),
            ),
        )
        triggers.lock_rows("reporting_handin", locked_column="state", locked_value=("accepted", "returned"))
        triggers.keep_once_filled(
            "reporting_plannednumber",
            filled="recorded_at",
            kept=("campaign_id", "requirement_code", "unit_id", "planned", "recorded_by_id", "reason"),
        )
        triggers.lock_rows("reporting_plannednumber", locked_column="superseded_at", locked_value=FILLED)
        panels.register(tabs=tabs)
        # Imported here: the page needs the models, which exist only now.
        from reporting.pages import as_of, beside_children, campaign_rounds, channel, duties  # noqa: PLC0415

        links.register(duties.links, panels=channel.panels, rounds=campaign_rounds.links)
        panels.register(panels=beside_children.panels, as_of=as_of.read)
