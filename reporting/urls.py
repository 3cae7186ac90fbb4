"""URLs of reporting."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, register_converter

from orgs.kernel.clock import Week
from reporting import exchange_urls, sharing_urls, supervision_urls
from reporting.views import (
    activity,
    activity_channels,
    activity_month,
    bulletin_drafts,
    bulletins,
    campaign_rounds,
    campaigns,
    difference,
    draw_samples,
    draws,
    duties,
    editions,
    exemptions,
    hand_ins,
    notice_drafts,
    notices,
    objections,
    outreach,
    packs,
    planned_numbers,
    reports,
    rows,
    spot_checks,
    unit_checks,
    unit_week,
    weekly,
    whole_week,
)


class WeekConverter:
    """A week in an address: 2026-W46. A week the year doesn't have is no address."""

    regex = r"\d{4}-W\d{2}"

    def to_python(self, value: str) -> Week:
        return Week.parse(value)

    def to_url(self, value: Week | str) -> str:
        return str(value)


register_converter(WeekConverter, "week")

app_name = "reporting"

_demands: list[URLPattern | URLResolver] = [
    path("demands/", duties.list_demands, name="list-demands"),
    path("demands/new/", duties.choose_administrator, name="choose-administrator"),
    path("demands/new/<int:term_pk>/", duties.new_demand, name="new-demand"),
    path("demands/<int:pk>/", duties.show_demand, name="show-demand"),
    path("demands/<int:pk>/meet/", duties.meet_demand, name="meet-demand"),
    path("demands/<int:pk>/withdraw/", duties.withdraw_demand, name="withdraw-demand"),
]

_reports: list[URLPattern | URLResolver] = [
    path("weekly/own/", reports.own_report, name="own-report"),
    path("weekly/reports/", reports.list_reports, name="list-reports"),
    path("weekly/reports/year/", reports.list_report_years, name="list-report-years"),
    path("weekly/reports/remind/", reports.remind_reports, name="remind-reports"),
    path("weekly/<int:unit_pk>/<week:week>/", reports.show_report, name="show-report"),
    path("weekly/<int:unit_pk>/<week:week>/confirm/", reports.confirm_report, name="confirm-report"),
]

_campaigns: list[URLPattern | URLResolver] = [
    path("campaigns/", campaigns.list_campaigns, name="list-campaigns"),
    path("campaigns/new/", packs.new_campaign, name="new-campaign"),
    path("campaigns/trials/<int:pk>/", packs.show_trial, name="show-pack-trial"),
    path("campaigns/<int:pk>/", campaigns.show_campaign, name="show-campaign"),
    path("campaigns/<int:pk>/edit/", packs.edit_campaign, name="edit-campaign"),
    path("campaigns/<int:pk>/launch/", packs.launch_campaign, name="launch-campaign"),
    path("campaigns/<int:pk>/end/", packs.end_campaign, name="end-campaign"),
    path("campaigns/<int:pk>/versions/", packs.list_versions, name="list-campaign-versions"),
    path("campaigns/<int:pk>/versions/<int:number>/", packs.show_version, name="show-campaign-version"),
    path("campaigns/<int:pk>/rounds/", campaign_rounds.launch_round, name="launch-campaign-round"),
    path("campaigns/<int:pk>/<int:unit_pk>/", campaigns.show_board, name="show-campaign-board"),
    path(
        "campaigns/<int:pk>/<int:unit_pk>/<slug:code>/",
        campaigns.show_requirement,
        name="show-campaign-requirement",
    ),
    path("campaigns/<int:pk>/<int:unit_pk>/<slug:code>/remind/", campaigns.remind_units, name="remind-units"),
    path("campaigns/<int:pk>/<int:unit_pk>/<slug:code>/exempt/", exemptions.exempt_unit, name="exempt-unit"),
    path("campaigns/exemptions/<int:pk>/withdraw/", exemptions.withdraw_exemption, name="withdraw-exemption"),
    path("orgs/<int:pk>/requirements/", campaigns.list_unit_requirements, name="list-unit-requirements"),
]

_hand_ins: list[URLPattern | URLResolver] = [
    path("hand-ins/", hand_ins.list_hand_ins, name="list-hand-ins"),
    path("hand-ins/<int:pk>/file/", hand_ins.download_hand_in, name="download-hand-in"),
    path("hand-ins/<int:pk>/accept/", hand_ins.accept_hand_in, name="accept-hand-in"),
    path("hand-ins/<int:pk>/return/", hand_ins.return_hand_in, name="return-hand-in"),
    path(
        "hand-ins/<int:pk>/<slug:code>/units/", hand_ins.list_campaign_hand_ins, name="list-campaign-hand-ins"
    ),
    path("hand-ins/<int:pk>/<slug:code>/<int:unit_pk>/", hand_ins.show_hand_ins, name="show-hand-ins"),
    path("hand-ins/<int:pk>/<slug:code>/<int:unit_pk>/new/", hand_ins.hand_in, name="hand-in"),
    path("plans/<int:pk>/<slug:code>/<int:unit_pk>/", planned_numbers.show_plan, name="show-plan"),
    path("plans/<int:pk>/<slug:code>/<int:unit_pk>/new/", planned_numbers.record_plan, name="record-plan"),
]

_bulletins: list[URLPattern | URLResolver] = [
    path("bulletins/", bulletins.list_bulletins, name="list-bulletins"),
    path("bulletins/draft/", bulletin_drafts.draft, name="draft-bulletin"),
    path("bulletins/<int:pk>/", bulletins.show_bulletin, name="show-bulletin"),
    path("bulletins/<int:pk>/edit/", bulletin_drafts.edit, name="edit-bulletin"),
    path("bulletins/<int:pk>/refresh/", bulletin_drafts.refresh, name="refresh-bulletin"),
    path("bulletins/<int:pk>/tell/", bulletin_drafts.tell, name="tell-named"),
    path("bulletins/<int:pk>/publish/", bulletin_drafts.publish, name="publish-bulletin"),
    path("bulletins/<int:pk>/discard/", bulletin_drafts.discard, name="discard-bulletin"),
    path("bulletins/<int:pk>/correct/", bulletin_drafts.correct, name="correct-bulletin"),
    path("bulletins/<int:pk>/sign/", bulletins.sign, name="sign-bulletin"),
    path("bulletins/<int:pk>/recipients/", bulletins.list_recipients, name="list-bulletin-recipients"),
    path("bulletins/<int:pk>/remind/", bulletins.remind_recipients, name="remind-bulletin-recipients"),
    path("bulletins/<int:pk>/word/", bulletins.download_word, name="download-bulletin"),
    path("bulletins/<int:pk>/annex/", bulletins.download_annex, name="download-bulletin-annex"),
    path("bulletins/notices/<int:pk>/", bulletin_drafts.show_notice, name="show-bulletin-notice"),
]

_notices: list[URLPattern | URLResolver] = [
    path("notices/", notices.list_notices, name="list-notices"),
    path("notices/new/", notice_drafts.new, name="new-notice"),
    path("notices/<int:pk>/", notices.show_notice, name="show-notice"),
    path("notices/<int:pk>/edit/", notice_drafts.edit, name="edit-notice"),
    path("notices/<int:pk>/publish/", notice_drafts.publish, name="publish-notice"),
    path("notices/<int:pk>/discard/", notice_drafts.discard, name="discard-notice"),
    path("notices/<int:pk>/withdraw/", notice_drafts.withdraw, name="withdraw-notice"),
    path("notices/<int:pk>/sign/", notices.sign, name="sign-notice"),
    path("notices/<int:pk>/recipients/", notices.list_recipients, name="list-notice-recipients"),
    path("notices/<int:pk>/remind/", notices.remind_recipients, name="remind-notice-recipients"),
]

_draws: list[URLPattern | URLResolver] = [
    path("spot/", draws.list_draws, name="list-draws"),
    path("spot/new/", draws.new_draw, name="new-draw"),
    path("spot/mine/", draw_samples.list_own_samples, name="list-own-samples"),
    path("spot/samples/<int:pk>/", draw_samples.record_sample, name="record-sample"),
    path("spot/samples/<int:pk>/missing/", draw_samples.mark_missing, name="mark-missing"),
    path("spot/checks/<int:pk>/", spot_checks.show_check, name="show-check"),
    path("spot/checks/<int:pk>/void/", spot_checks.void_check, name="void-check"),
    path("spot/checks/<int:pk>/object/", spot_checks.raise_objection, name="raise-objection"),
    path("spot/photos/<int:pk>/", spot_checks.download_photo, name="download-check-photo"),
    path("spot/verified/<int:pk>/void/", spot_checks.void_count, name="void-verified-count"),
    path("spot/verified/<int:pk>/object/", spot_checks.object_to_count, name="object-to-count"),
    path("spot/calls/<int:group_pk>/", spot_checks.record_call, name="record-call"),
    path("spot/objections/", objections.list_objections, name="list-objections"),
    path("spot/objections/<int:pk>/", objections.show_objection, name="show-objection"),
    path("spot/objections/<int:pk>/assign/", objections.assign_second, name="assign-second"),
    path("spot/objections/<int:pk>/second/", objections.record_second, name="record-second"),
    path("spot/objections/<int:pk>/decide/", objections.decide, name="decide-objection"),
    path("spot/<int:pk>/", draws.show_draw, name="show-draw"),
    path("spot/<int:pk>/frame/", draws.download_frame, name="download-frame"),
    path("spot/<int:pk>/assign/", draws.assign_inspectors, name="assign-inspectors"),
    path("spot/<int:pk>/redraw/", draws.redraw, name="redraw"),
]

_activity: list[URLPattern | URLResolver] = [
    path("activity/", activity.record, name="record-today"),
    path("activity/all/", activity.record_all, name="record-all-today"),
    path("activity/channels/", activity_channels.list_channels, name="list-activity"),
    path("activity/duties/<int:pk>/", activity_channels.set_duty, name="set-daily-duty"),
    path("orgs/<int:pk>/activity/", activity_month.show, name="show-activity-month"),
    path("orgs/<int:pk>/activity/file/", activity_month.download, name="download-activity"),
    path("orgs/<int:pk>/activity/upload/", activity_month.upload, name="upload-activity"),
    path("orgs/<int:pk>/activity/confirm/", activity_month.confirm, name="confirm-activity"),
    path("outreach/", outreach.list_outreach, name="list-outreach"),
    path("outreach/new/", outreach.new, name="new-outreach"),
    path("outreach/counts/", outreach.count_outreach, name="count-outreach"),
    path("outreach/<int:pk>/", outreach.show, name="show-outreach"),
    path("outreach/<int:pk>/edit/", outreach.edit, name="edit-outreach"),
    path("outreach/<int:pk>/discard/", outreach.discard, name="discard-outreach"),
    path("outreach/<int:pk>/units/", outreach.list_units, name="list-outreach-units"),
]

_week_files: list[URLPattern | URLResolver] = [
    path("weekly/<week:week>/<int:unit_pk>/export/", whole_week.export_week, name="export-week"),
    path("weekly/files/<int:pk>/", whole_week.show_week_file, name="show-week-file"),
    path("weekly/files/<int:pk>/download/", whole_week.download_week_file, name="download-week-file"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("weekly/", weekly.weekly, name="weekly"),
    path("weekly/unit/<int:unit_pk>/", unit_week.show_latest, name="show-latest-week"),
    path("orgs/<int:pk>/checks/", unit_checks.list_unit_checks, name="list-unit-checks"),
    path("weekly/weeks/", editions.list_weeks, name="list-weeks"),
    path("weekly/correct/", editions.correct_week, name="correct-week"),
    path("weekly/editions/", editions.compare_editions, name="compare-editions"),
    path("weekly/<week:week>/<int:unit_pk>/", unit_week.show, name="show-unit-week"),
    path("weekly/<week:week>/<int:unit_pk>/rows/<slug:figure>/", rows.show, name="show-rows"),
    path(
        "weekly/<week:week>/<int:unit_pk>/rows/<slug:figure>/since/<week:since>/",
        difference.show,
        name="show-difference",
    ),
    *_demands,
    *_campaigns,
    *_hand_ins,
    *_draws,
    *_activity,
    *_bulletins,
    *_notices,
    *_reports,
    *_week_files,
    *supervision_urls.patterns,
    *exchange_urls.patterns,
    *sharing_urls.patterns,
]
