"""Which section of the manual is about which page: `topic#section` -> names of URLs, the buttons of the page included."""

from __future__ import annotations

SECTIONS: dict[str, str] = {
    "sign-in#invitation": "orgs:accept-invitation",
    "sign-in#login": "orgs:login orgs:logout",
    "sign-in#password": "orgs:change-password orgs:set-mail-address",
    "sign-in#second-factor": "orgs:second-factor orgs:enter-code orgs:turn-off-second-factor",
    "sign-in#verify": "accounts:verify accounts:verify-json",
    "desk#home": "home",
    "desk#messages": "orgs:list-messages orgs:open-message",
    "desk#search": "search orgs:pick-unit orgs:pick-unit-page",
    "desk#views": "orgs:list-views order-list-file show-list-file download-list-file",
    "desk#manual": "list-manual show-manual show-sign-in-manual print-manual",
    "fill#tasks": "accounts:list-tasks accounts:start accounts:fill",
    "fill#form": "accounts:fill-form accounts:autosave accounts:resolve-conflict",
    "fill#grid": "accounts:fill-grid",
    "fill#check": "accounts:check-form accounts:show-receipt",
    "fill#extension": "accounts:ask-extension",
    "fill#changes": "accounts:start-change",
    "fill#card": "show-card",
    "annex#upload": "accounts:upload-annex",
    "annex#preview": "accounts:show-upload accounts:amend-upload accounts:import-upload accounts:resume-upload"
    " accounts:undo-upload accounts:download-rejected",
    "annex#download": "accounts:download-annex accounts:show-file accounts:download-file",
    "annex#full": "accounts:export-in-full",
    "review#queue": "accounts:list-review accounts:approve-many accounts:undo-many accounts:approve accounts:undo-review",
    "review#return": "accounts:return-form",
    "review#reveal": "accounts:reveal-cell accounts:reveal",
    "progress#rounds": "accounts:list-rounds accounts:launch-round accounts:show-round accounts:close-round",
    "progress#standing": "accounts:open-standing",
    "progress#chase": "accounts:chase accounts:remind accounts:reminder-texts accounts:list-deliveries",
    "progress#exempt": "accounts:exempt accounts:list-extensions accounts:decide-extension",
    "progress#packages": "accounts:list-packages accounts:show-package accounts:report-package",
    "progress#accept": "accounts:accept-package accounts:return-package",
    "registry#accounts": "accounts:list-accounts accounts:choose-account-unit accounts:new-account accounts:bulk-accounts",
    "registry#account": "accounts:show-account accounts:edit-account accounts:pause-account accounts:resume-account"
    " accounts:close-account accounts:merge-account accounts:transfer-account accounts:tie-account"
    " accounts:check-account accounts:confirm-account",
    "registry#groups": "accounts:list-groups accounts:choose-group-unit accounts:new-group accounts:bulk-groups"
    " accounts:show-group accounts:edit-group accounts:rest-group accounts:resume-group accounts:merge-group"
    " accounts:dissolve-group accounts:confirm-group",
    "registry#administrators": "accounts:list-administrators accounts:list-unit-administrators accounts:show-administrator"
    " accounts:bulk-administrators"
    " accounts:replace-administrator accounts:end-administrator accounts:correct-administrator"
    " accounts:appoint-to-unit accounts:appoint-to-account accounts:appoint-to-group",
    "registry#changes": "accounts:list-unit-changes",
    "registry#radar": "accounts:radar accounts:settle-finding",
    "registry#disputes": "accounts:list-disputes accounts:choose-dispute-unit accounts:new-dispute accounts:show-dispute"
    " accounts:settle-dispute accounts:withdraw-dispute",
    "registry#incidents": "accounts:list-incidents accounts:choose-incident-unit accounts:record-incident"
    " accounts:show-incident accounts:handle-incident accounts:close-incident accounts:grade-incident",
    "registry#hand-outs": "accounts:list-hand-outs accounts:new-hand-out accounts:show-hand-out accounts:import-hand-out"
    " accounts:download-hand-out-template accounts:withdraw-envelope",
    "registry#envelopes": "accounts:list-envelopes accounts:show-envelope accounts:open-envelope accounts:use-envelope",
    "units#list": "orgs:list-units",
    "units#unit": "orgs:show-unit orgs:record-contact",
    "units#edit": "orgs:create-unit orgs:rename-unit orgs:move-unit orgs:close-unit orgs:change-kind orgs:merge-unit",
    "units#turnover": "orgs:turn-over orgs:undo-turnover",
    "units#bases": "orgs:list-bases orgs:record-base orgs:import-bases orgs:confirm-bases orgs:download-base-template",
    "units#requests": "orgs:choose-request orgs:ask orgs:list-requests orgs:show-request orgs:withdraw-request"
    " orgs:reveal-request orgs:decide-request",
    "people#list": "orgs:list-people",
    "people#invite": "orgs:invite orgs:invite-many orgs:list-invitations orgs:revoke-invitation orgs:renew-invitation"
    " orgs:renew-batch",
    "people#hand-over": "orgs:hand-over orgs:end-term orgs:show-leaving",
    "people#stand-in": "orgs:stand-in",
    "people#accounts": "orgs:deactivate-user orgs:reactivate-user orgs:reset-password orgs:reset-second-factor",
    "people#confirm": "orgs:confirm-people",
    "people#erase": "erase-person",
    "weekly#overview": "reporting:weekly",
    "weekly#unit": "reporting:show-latest-week reporting:show-unit-week",
    "weekly#rows": "reporting:show-rows reporting:show-difference",
    "weekly#own": "reporting:own-report reporting:show-report reporting:confirm-report",
    "weekly#reports": "reporting:list-reports reporting:list-report-years reporting:remind-reports",
    "weekly#editions": "reporting:list-weeks reporting:correct-week reporting:compare-editions",
    "weekly#export": "reporting:export-week reporting:show-week-file reporting:download-week-file",
    "activity#today": "reporting:record-today reporting:record-all-today",
    "activity#month": "reporting:show-activity-month reporting:download-activity reporting:upload-activity"
    " reporting:confirm-activity",
    "activity#channels": "reporting:list-activity reporting:set-daily-duty",
    "activity#outreach": "reporting:list-outreach reporting:new-outreach reporting:count-outreach reporting:show-outreach"
    " reporting:edit-outreach reporting:discard-outreach reporting:list-outreach-units",
    "activity#collectors": "reporting:list-collectors reporting:new-collector reporting:fetch-collector reporting:remove-collector",
    "campaigns#list": "reporting:list-campaigns reporting:show-campaign reporting:list-unit-requirements",
    "campaigns#board": "reporting:show-campaign-board reporting:show-campaign-requirement reporting:remind-units",
    "campaigns#exempt": "reporting:exempt-unit reporting:withdraw-exemption",
    "campaigns#write": "reporting:new-campaign reporting:edit-campaign reporting:show-pack-trial reporting:launch-campaign"
    " reporting:end-campaign reporting:list-campaign-versions reporting:show-campaign-version"
    " reporting:launch-campaign-round",
    "campaigns#hand-ins": "reporting:list-hand-ins reporting:show-hand-ins reporting:hand-in reporting:download-hand-in"
    " reporting:list-campaign-hand-ins reporting:accept-hand-in reporting:return-hand-in",
    "campaigns#plans": "reporting:show-plan reporting:record-plan",
    "notices#read": "reporting:list-notices reporting:show-notice reporting:sign-notice",
    "notices#write": "reporting:new-notice reporting:edit-notice reporting:publish-notice reporting:discard-notice"
    " reporting:withdraw-notice reporting:list-notice-recipients reporting:remind-notice-recipients",
    "notices#bulletins": "reporting:list-bulletins reporting:show-bulletin reporting:sign-bulletin"
    " reporting:download-bulletin reporting:download-bulletin-annex reporting:show-bulletin-notice",
    "notices#make-bulletin": "reporting:draft-bulletin reporting:edit-bulletin reporting:refresh-bulletin"
    " reporting:tell-named reporting:publish-bulletin reporting:discard-bulletin reporting:correct-bulletin"
    " reporting:list-bulletin-recipients reporting:remind-bulletin-recipients reporting:quote-contributions",
    "notices#materials": "reporting:list-materials reporting:new-material reporting:show-material reporting:withdraw-material",
    "notices#contributions": "reporting:list-contributions reporting:new-contribution reporting:show-contribution"
    " reporting:adopt-contribution reporting:note-contribution reporting:list-contributing-units",
    "notices#polls": "reporting:list-polls reporting:new-poll reporting:show-poll reporting:answer-poll reporting:withdraw-poll",
    "notices#showpieces": "reporting:list-showpieces reporting:new-showpiece reporting:show-showpiece"
    " reporting:pick-showpiece reporting:withdraw-showpiece",
    "notices#directed": "reporting:list-directed reporting:new-directed reporting:show-directed reporting:answer-directed",
    "checks#draw": "reporting:list-draws reporting:new-draw reporting:show-draw reporting:download-frame"
    " reporting:assign-inspectors reporting:redraw",
    "checks#record": "reporting:list-own-samples reporting:record-sample reporting:mark-missing",
    "checks#result": "reporting:show-check reporting:void-check reporting:download-check-photo reporting:record-call"
    " reporting:void-verified-count reporting:list-unit-checks",
    "checks#objection": "reporting:raise-objection reporting:object-to-count reporting:list-objections reporting:show-objection"
    " reporting:assign-second reporting:record-second reporting:decide-objection",
    "supervision#demands": "reporting:list-demands reporting:choose-administrator reporting:new-demand reporting:show-demand"
    " reporting:meet-demand reporting:withdraw-demand",
    "supervision#duties": "reporting:list-duties reporting:new-duty reporting:show-duty reporting:answer-duty"
    " reporting:close-duty reporting:send-back-duty reporting:withdraw-duty reporting:list-unit-duties",
    "supervision#visits": "reporting:record-visit reporting:list-visits",
    "assessment#list": "scoring:list-sheets scoring:list-unit-sheets",
    "assessment#sheet": "scoring:show-sheet scoring:enter-score scoring:compute-sheet scoring:confirm-consequence"
    " scoring:dismiss-consequence scoring:demand-explanation scoring:demand-explanations",
    "assessment#self": "scoring:submit-self-assessment scoring:waive-self-assessment",
    "assessment#evidence": "scoring:add-evidence scoring:remove-evidence scoring:download-evidence scoring:attach-round",
    "assessment#blind": "scoring:list-tasks scoring:score-blind scoring:agree-scores",
    "assessment#files": "scoring:import-sheet scoring:take-import scoring:download-sheet scoring:download-list"
    " scoring:download-letter scoring:list-year-files scoring:show-year-file scoring:download-year-file",
    "assessment#finish": "scoring:propose-sheet scoring:withdraw-proposal scoring:confirm-sheet scoring:list-results"
    " scoring:record-decision scoring:correct-sheet scoring:attach-scan scoring:download-scan",
    "assessment#results": "scoring:show-result scoring:show-results scoring:notify-round scoring:notify-sheet"
    " scoring:publish-round scoring:raise-objection scoring:answer-objection scoring:revise-score",
    "assessment#rounds": "scoring:list-rounds scoring:new-round scoring:show-round scoring:add-units scoring:start-scoring"
    " scoring:extend-round scoring:assign-sheets scoring:assign-by-lot scoring:new-group scoring:show-group",
    "assessment#schemes": "scoring:list-schemes scoring:new-scheme scoring:show-scheme scoring:try-scheme scoring:show-scheme-trial"
    " scoring:compare-schemes scoring:approve-scheme scoring:approve-scheme-item",
    "system#audit": "orgs:list-audit",
    "system#tokens": "orgs:list-tokens orgs:revoke-token show-api",
    "system#status": "show-status",
}

PAGES: dict[str, str] = {name: section for section, names in SECTIONS.items() for name in names.split()}
