//! Which class of data each field of the schema belongs to: one word per field.
//!
//! `make test-rights` fails with the name of a field that is missing here. Put its name among the
//! words of its type: under `open` if a masked sight shows it too, under `masked` if it does not,
//! under `mine` if its value depends on who asks, or on more than the row. A field that leads to another type belongs here as
//! well; what of that type is seen is decided by its own rules.
//!
//! Connections, their edges, page information and the `errors` of payloads follow what they hold
//! and need no word.

use super::DataClass;

/// The fields of one type that share a class.
#[derive(Debug, Clone, Copy)]
pub struct Fields {
    /// The type.
    pub of: &'static str,
    /// Their class; `None` where they are seen with the thing they are part of.
    pub class: Option<DataClass>,
    /// Fields that a masked sight shows too, as words.
    pub open: &'static str,
    /// Fields that a masked sight does not show: null or empty.
    pub masked: &'static str,
    /// Fields whose value depends on who asks, all of `masked` or others: steps the caller may take, sums over what the caller
    /// reads; or on more than the row they are told of. They are seen as `open` ones are.
    pub mine: &'static str,
}

const fn part(of: &'static str, open: &'static str) -> Fields {
    Fields { of, class: None, open, masked: "", mine: "" }
}

const fn open(of: &'static str, class: DataClass, open: &'static str) -> Fields {
    Fields { of, class: Some(class), open, masked: "", mine: "" }
}

const fn mine(of: &'static str, class: DataClass, mine: &'static str) -> Fields {
    Fields { of, class: Some(class), open: "", masked: "", mine }
}

const fn masked(
    of: &'static str,
    class: DataClass,
    open: &'static str,
    masked: &'static str,
) -> Fields {
    Fields { of, class: Some(class), open, masked, mine: "" }
}

use DataClass as Class;

/// Every field of every type of the schema.
#[rustfmt::skip]
pub const FIELDS: &[Fields] = &[
    // Codes.
    open("Region", Class::Codes, "id code name level isCurrent untilYear parent successor predecessors children zones"),
    part("RegionMatch", "region former"),
    part("TravelTime", "nearCode farCode near far minutes"),
    part("TravelTimesPayload", "times"),
    open("Industry", Class::Codes, "id code name level parent scheme"),

    part("WorkCalendar", "year days officeHours source importedAt"),
    part("WorkCalendarDay", "date isWorking name"),
    part("Span", "amount unit"),
    part("KindSpan", "kind span"),
    part("DeadlineProfile", "name title respond answers answer isDefault version"),
    part("Deadlines", "respondBy answerBy"),

    // The public registry.
    open("Enterprise", Class::Registry, "id externalId creditCode name shortName aliases ownership parent subsidiaries place regionCode industry tiers redCredit confirmedAt isLeadFirm isFlagship isAboveScale isExample version partyOrganisations contacts seats alliances chains placements makes uses needs offers supplies purchases suppliers buyers"),
    mine("Enterprise", Class::Figures, "supplyTiers competitors commonSuppliers ownershipPath supplyWays"),
    part("RedCredit", "points ratedOn untilOn isHeldToday source version"),
    part("RedCreditPayload", "enterprise"),
    part("EnterpriseProduct", "enterprise product shareBasisPoints"),
    open("Organisation", Class::Registry, "id externalId name kind place services isExample version alliances contacts partyOrganisations seats"),
    open("PartyOrganisation", Class::Registry, "id externalId name level parent children home version"),
    open("Product", Class::Registry, "id externalId name makers users linksFrom linksTo version"),
    part("ProductLink", "from kind to"),
    open("IndustrialChain", Class::Registry, "id externalId name tags segments committees coverage isExample version"),
    mine("IndustrialChain", Class::Figures, "gaps singlePoints removal leadFirms localSupply allianceSuggestions"),
    open("ChainSegment", Class::Registry, "id name reach position chain products placements"),
    part("Placement", "enterprise segment isConfirmed"),
    open("ChainCommittee", Class::Registry, "id externalId name form place chain seats emptySeatKinds alliances coverage isExample version"),
    open("Seat", Class::Registry, "id committee holder kind fromOn untilOn isHeldToday"),
    open("Alliance", Class::Registry, "id externalId name committee lead partners segments isExample version"),
    open("Zone", Class::Registry, "id name aliases overlaps isExample version"),
    open("Venue", Class::Registry, "id name address place capacity tables isExample version"),
    masked("Contact", Class::Contact, "id owner title version", "note"),
    mine("Contact", Class::Contact, "isMasked name phone email"),
    part("Place", "name region regionCode zone zoneId"),
    part("Coverage", "covered orphans overlaps placed shareBasisPoints"),

    // Figures and the graph. What a neighbour, a step or a path tells follows the links and tasks.
    open("GraphStats", Class::Figures, "version asOf nodes links withheld productComponents largestProductComponent derivedSupplyPairs derivedSupplyEnterprises materialCycles largestMaterialCycle"),
    part("GraphNodeCount", "kind count"),
    part("GraphLinkCount", "kind count"),
    part("GraphNode", "id kind name"),
    part("GraphNeighbour", "kind isOutgoing node"),
    part("GraphFound", "node depth path"),
    part("GraphStep", "node kind link isForward"),
    part("GraphPath", "from length steps"),
    part("SupplyLink", "material product"),
    part("SupplyRelation", "enterprise observed links linksTotal"),
    part("CommonSupplier", "enterprise ofThis ofOther"),
    part("CommonSupplyEvidence", "isObserved links"),
    part("Competitor", "enterprise shared overlapBasisPoints products"),
    part("OwnershipStep", "enterprise isOwner"),
    part("SupplyWayList", "ways isComplete"),
    part("SupplyTier", "step enterprises isWithheld"),
    part("ChainGaps", "gaps missing weak extendable lookedAt unlocated isSupplyCounted"),
    part("ChainGap", "kind node makers onlyMaker unlocated demand concentration adjoins grow invite"),
    part("GapGrower", "enterprise steps products makes"),
    part("GapInvitee", "enterprise regionCode buyersHere"),
    part("ChainSinglePoints", "points total replaceable lookedAt"),
    part("ChainSinglePoint", "enterprise products cutOff cutOffObserved mustSwitch stake"),
    part("SupplyStake", "knownBasisPoints known unknown"),
    part("ChainRemoval", "affected total cutOff mustSwitch stillSupplied stake"),
    part("RemovalEffect", "enterprise product fate step isObserved purchaseShareBasisPoints revenueShareBasisPoints substitutes substitutesTotal substitutesElsewhere"),
    part("SupplySubstitute", "enterprise regionCode suppliesAlready shareBasisPoints"),
    part("ChainAllianceSuggestions", "suggestions total members small"),
    part("AllianceSuggestion", "name reason continues memberCount members lead segments emptySegments regionCode linksInside linksOutside"),
    part("LeadFirmRank", "enterprise points parts"),
    part("LeadFirmScore", "part value best points weightBasisPoints"),
    part("LocalSupply", "asOf whole segments"),
    part("SegmentLocalSupply", "segment figures"),
    part("LocalSupplyFigures", "enterprises needs needsMadeHere needRateBasisPoints buyers localPairs outsidePairs unlocatedPairs undatedPairs supplyRateBasisPoints"),
    part("OutcomeTotals", "asOf knownOn projects agreements jointVentures creditLines contracts orders financingIntents effects byEvent corrections"),
    part("EffectTally", "unit number"),
    part("TotalsCorrection", "outcome before after reason"),
    part("OutcomeTally", "count amountFen"),
    part("EventOutcomeTally", "event projects"),

    // Needs.
    open("Need", Class::NeedSummary, "id enterprise kind title publicSummary stage isPublished regionCode createdAt version suggestions bidding"),
    mine("Need", Class::NeedSummary, "isFull mySteps"),
    open("Need", Class::NeedBody, "body committee handler dispatchedAt dueAt isOverdue sendBacks sendBackReason proposedHandler exclusion suspendedUntil suspendReason answer rating ratingConsent isProxy channel consent cityRecord calls notes followers mergedInto submittedAt respondedAt progressAt answeredAt ratedAt closedAt lapsesAt"),
    open("Need", Class::NeedNotes, "sendBackNote adjudication"),
    open("Need", Class::NeedBody, "respondBy lamp escalationLevel escalatedTo supervision supervisions"),
    open("Need", Class::NeedBody, "attachments"),
    open("Attachment", Class::Attachment, "id kind name mediaType sizeBytes sha256 addedAt keptUntil expiredAt url"),
    mine("Attachment", Class::Attachment, "mayRemove"),
    part("AttachmentAddPayload", "attachment"),
    part("AttachmentRemovePayload", "removedId"),
    mine("Need", Class::NeedAdvice, "duplicates dispatchSuggestions"),
    part("NeedDuplicate", "need points reasons"),
    part("DispatchSuggestions", "kinds units"),
    part("KindSuggestion", "kind points reasons"),
    part("UnitSuggestion", "unit points reasons"),
    mine("MonthlyTopic", Class::NeedFigures, "points rated representatives size sizeBefore unsatisfied words"),
    mine("NeedStats", Class::NeedFigures, "from until asOf isWithheld needs enterprises responseRate resolutionRate satisfaction onTimeRate importedRate groups"),
    mine("NeedStatsGroup", Class::NeedFigures, "kind channel month handler isWithheld needs enterprises responseRate resolutionRate satisfaction onTimeRate importedRate"),
    part("NeedRate", "numerator denominator pending basisPoints shown"),
    mine("NeedOverview", Class::NeedFigures, "at needs open stages lamps turns handlers late"),
    part("NeedStageCount", "stage needs"),
    part("NeedLampCounts", "none blue yellow red"),
    part("NeedTurnCount", "turn open late"),
    part("NeedHandlerCount", "handler open late"),
    part("Supervision", "isListed reason openedAt listedAt liftedAt liftReason version"),
    part("NeedCall", "unit reason calledAt checkInBy checkedInAt isLate note"),
    part("NeedNote", "at role unit text isInternal"),
    part("CityRecord", "number status at"),
    part("OpenBidding", "criteria openedAt bidsUntil stage awardedTo reason"),
    Fields { of: "OpenBidding", class: None, open: "", masked: "", mine: "bids" },
    part("BidCriterion", "name weightBasisPoints"),
    open("Bid", Class::Bid, "id bidder text writtenAt points totalBasisPoints"),
    part("BidPoints", "points reason"),
    part("NeedChange", "at cursor need"),

    // Offers, links, suggestions, pairings.
    open("Offer", Class::Offer, "id provider kind title body capacity capacityLeft unit validUntil isOpen isPublished confirmedAt version"),
    mine("Offer", Class::Offer, "reservations"),
    open("Reservation", Class::Reservation, "id offer need pairing amount until stage createdAt endedAt version"),
    open("SupplyEdge", Class::SupplyEdge, "id supplier buyer product source confidenceBasisPoints validFrom validTo isDisputed"),
    open("Suggestion", Class::Suggestion, "id kind need offer project a b stage fusion weightsVersion version"),
    Fields { of: "Suggestion", class: Some(Class::Suggestion), open: "", masked: "points reasons card visit counterfactuals", mine: "points reasons card visit counterfactuals" },
    mine("Suggestion", Class::Suggestion, "mySide"),
    open("Suggestion", Class::GainOfA, "gainOfA"),
    open("Suggestion", Class::GainOfB, "gainOfB"),
    part("Gain", "points reasons"),
    part("Told", "zh en"),
    part("Counterfactual", "fact change pointsOfA pointsOfB points rank rankThen zh en"),
    mine("MatchWeights", Class::Weights, "version a b fusion why report madeAt madeBy isActive"),
    part("CriterionWeight", "criterion points"),
    part("MatchWeightsPayload", "weights"),
    part("SuggestionsWhatIfPayload", "difference"),
    mine("SuggestionsWhatIf", Class::PairingPlan, "contenders gained lost kept totalPoints totalPointsThen"),
    part("Contender", "member offer rank points rankThen pointsThen"),
    mine("Suggestion", Class::DeclineReason, "declineReason"),
    part("Reason", "criterion points zh en"),
    masked("DeclineReason", Class::DeclineReason, "code side", "note"),
    open("Avoided", Class::AvoidList, "enterprise"),
    mine("PairingPlan", Class::PairingPlan, "status pairs totalPoints shortages demands isSmallest changes exposure"),
    part("PlannedPair", "a b points"),
    part("PlanCouple", "a b"),
    part("PlanDemand", "kind member couple need zh en"),
    part("PairingPlanChanges", "kept dropped added"),
    part("PairingExposure", "before after priceBasisPoints"),
    part("PairingChances", "totalPoints envyCases envyOf envyPoints giniBasisPoints fewestOfNewcomers"),
    part("PairingPlanWhatIfPayload", "difference"),
    mine("PairingPlanWhatIf", Class::PairingPlan, "before after pairs gained lost kept"),
    part("ComparedPair", "a b points pointsThen"),
    mine("PairingPattern", Class::PairingPlan, "name zh en kind anchor slots madeAt madeBy"),
    part("PatternRole", "zh en who"),
    part("PatternSlot", "role perAnchorMin perAnchorMax perFillerMin perFillerMax"),
    part("PairingPatternPayload", "pattern"),
    part("Shortage", "member available need"),
    open("Pairing", Class::Pairing, "id kind a b stage fromOn untilOn committee suggestion version"),
    part("PairingChange", "at cursor pairing"),

    // Seasons, before anybody agreed.
    mine("SeasonProposalPayload", Class::EventProposal, "status stops figures conflict"),
    part("SeasonStop", "key hosts heldOn theme venue changed reasons"),
    part("SeasonReason", "part zh en"),
    part("SeasonFigures", "hosts difference differenceBound stopGapDays themePoints changedParts"),
    part("SeasonHost", "host past planned gapDays"),
    part("SeasonDemand", "kind about zh en"),
    part("SeasonAdoptPayload", "events"),

    // Events and grouped sessions, before anybody agreed.
    mine("EventProposalPayload", Class::EventProposal, "status event figures smaller conflict"),
    part("ProposedEvent", "purposeZh purposeEn format formatZh formatEn hosts invitees matches"),
    part("EventProposalHost", "host zh en"),
    part("EventProposalInvitee", "member matches zh en"),
    part("EventProposalMatch", "a b suggestion topic expectedPoints"),
    part("EventProposalFigures", "invited expectedPoints boundPoints greedyPoints lotPoints expectedMatchesBasisPoints acceptanceBasisPoints isAcceptanceMeasured pairs"),
    part("SmallerEvent", "event invited expectedPoints keepsBasisPoints"),
    part("EventProposalDemand", "zh en"),
    mine("GroupSessionsPayload", Class::EventProposal, "status sessions figures reasons conflict"),
    part("GroupSession", "halfDay room participants projects delegations people relevancePoints"),
    part("GroupSessionsFigures", "relevancePoints boundPoints greedyPoints listedPoints"),
    part("GroupReason", "member project zh en"),
    part("GroupDemand", "about zh en"),
    part("PlanProgress", "event breaks lowerBound gap moved elapsedMs isOver"),
    mine("VisitsPayload", Class::EventDraft, "event status buses figures planB conflict isConflictMinimal travel"),
    part("VisitBus", "name groups people leavesAt stops arrivesAt zh en"),
    part("VisitStop", "site arrivesAt beginsAt endsAt leavesAt waitMinutes zh en"),
    part("VisitsFigures", "buses lastArrivesAt spareMinutes"),
    part("VisitsPlanB", "site status buses figures zh en"),
    part("VisitsDemand", "kind site zh en"),
    part("VisitWay", "from to minutes source"),

    // Projects, tasks, outcomes.
    masked("CooperationTask", Class::Task, "id project owner counterpart domain dueOn isOverdue lamp stage isKept isGenerated version", "scorePoints reasons attachments"),
    masked("Project", Class::Project, "id externalId name summary domain owner regionCode stage isPublished isExample tasks version", "amountFen ledger"),
    part("ProjectLedger", "labels milestones history investment team blockers updates lastUpdate isStale lamp page"),
    part("ProjectMilestone", "milestone plannedOn actualOn"),
    part("MilestoneRecord", "number milestone kind onDate recordedAt recordedBy"),
    part("ProjectMonth", "month plannedFen paidFen"),
    part("ProjectTeamMember", "role group organisation person title fromOn untilOn"),
    part("ProjectBlocker", "number kind text openedOn solvedOn solution"),
    part("ProjectProgress", "onDate note publicNote nextStep writtenAt writtenBy"),
    part("ProjectLampState", "lamp reasons rulesVersion"),
    part("LampReasonText", "zh en milestone monthsLate behindBasisPoints"),
    part("ProjectPageLink", "link qrSvg"),
    part("ProjectFunnel", "cohort asOf projects steps"),
    part("ProjectFunnelStep", "measure numerator denominator computedBasisPoints computedShown undated reported note counted base"),
    part("ReportedRate", "basisPoints shown asOf note recordedAt"),
    part("ProjectRemark", "zh en"),
    part("ProjectLamps", "asOf rulesVersion groups"),
    part("ProjectLampGroup", "lamp count projects"),
    part("ProjectFinding", "project kind milestone since text"),
    part("ProjectLampRules", "version name months behindYellowBasisPoints behindRedBasisPoints updateDays madeAt"),
    part("MonthsLateRule", "milestone yellow red"),
    part("ProjectGroupKind", "code zh en"),
    part("ProjectFigurePayload", "isRecorded"),
    part("ProjectLampRulesPayload", "rules"),
    part("ProjectGroupKindPayload", "kinds"),
    masked("Outcome", Class::Outcome, "id kind change enterprise task project event meetingId onDate terminatedOn isPublished unit version", "amountFen number note"),
    mine("TaskGap", Class::Task, "enterprise fitting project side"),

    // The task list, before anybody agreed.
    mine("TaskListProposalPayload", Class::EventProposal, "proposal"),
    part("TaskListProposal", "figures findings fingerprint isProved lines"),
    part("TaskListFigures", "projects covered owners ownersServed counterparts counterpartsServed maxPerOwner maxPerCounterpart points kept unchanged changed added gone"),
    part("TaskListFinding", "kind project enterprise side count zh en"),
    part("TaskListLine", "key change parts project task owner counterpart domain dueOn scorePoints reasons"),
    part("TaskListAdoptPayload", "isAdopted"),

    // Events.
    open("DockingEvent", Class::EventCard, "id title hosts committee venue heldOn stage nextStages fairness slots tables sessions participants guests guestHeadCount meetingRequests meetingRequestRules versions publishedVersion isExample version"),
    open("DockingEvent", Class::EventDraft, "meetings precedences breaks guestFigures checkInFigures evaluation"),
    masked("Guest", Class::Guest, "id event member outsideName kind stage why whyText isProxy sentAt replyBy answeredAt waitingSince headCount escortCount people version", "note vehiclePlates dietaryNote"),
    masked("GuestPerson", Class::Guest, "id eventId title isHead isEscort", "badge"),
    mine("GuestPerson", Class::Guest, "isMasked name phone"),
    open("MeetingRequest", Class::MeetingRequest, "id event from to message halfDay priority stage sentAt endsAt closedAt cancelReason meetingId version"),
    Fields { of: "MeetingRequest", class: Some(Class::DeclineReason), open: "", masked: "declineReason", mine: "declineReason" },
    part("MeetingRequestRules", "cap days"),
    open("MeetingResult", Class::MeetingResult, "id meetingId event reporter participant isHeld firstCame secondCame nextStep intent kind amountFen satisfaction note recordedAt version"),
    open("FollowUp", Class::FollowUp, "id event meetingId participants days dueOn isOverdue stage progress note answeredBy answeredAt version"),
    part("EventEvaluation", "booked bookedHeld calledOff added addedHeld noShow disputed unreported places emptyPlaces ratedByBoth satisfiedBoth wantedByBoth sides nextSteps intents unrecorded"),
    part("SideSatisfaction", "kind sides rated stars satisfied"),
    part("NextStepCount", "nextStep count"),
    part("IntentCount", "intent count"),
    part("UnrecordedOutcome", "meetingId kind"),
    part("CheckInFigures", "persons escorts kinds checkpoints repeats absentGuests"),
    part("CheckInKind", "kind persons escorts"),
    part("Checkpoint", "id name isEntrance entries exits inside"),
    part("Presence", "expected arrived present left absent"),
    part("GuestFigures", "capacity total kinds"),
    part("GuestKindFigures", "kind min max missing tally"),
    part("GuestTally", "invited yes no tentative waiting lapsed open heads"),
    part("EventChange", "at cursor event"),
    part("Slot", "number halfDay startsAt endsAt minutes"),
    part("Table", "number label"),
    part("Session", "id title room startsAt endsAt"),
    open("Participant", Class::EventRows, "id event member"),
    open("Participant", Class::EventWishes, "minMeetings maxMeetings unavailableSlots absentFromSlot"),
    open("Meeting", Class::EventDraft, "id event participants halfDay fixedSlot slot table isLocked attachments results course"),
    part("Precedence", "before after"),
    mine("Schedule", Class::EventCard, "event version rows"),
    Fields { of: "ScheduleRow", class: Some(Class::EventRows), open: "meetingId participants attachments results", masked: "", mine: "slot table startsAt endsAt" },
    part("TimetableVersion", "number publishedAt"),
    Fields { of: "TimetableVersion", class: None, open: "", masked: "", mine: "rows changes" },
    mine("TimetableVersion", Class::EventDraft, "breaks meetingCount"),
    mine("TimetableDiff", Class::EventCard, "moveCount moves affectedCount affected"),
    Fields { of: "TimetableMove", class: Some(Class::EventRows), open: "meetingId participants", masked: "", mine: "from to" },
    part("TimetableSpot", "slot table startsAt"),
    part("TimetableConflict", "kind text textZh meetings participants slots"),

    // The caller's own, and answers to what the caller did.
    mine("Viewer", Class::Own, "subject role bodyId actingAsId access endsAt account grants logins apiTokens claims noticeSettings noticePreview webhooks deliveries"),
    mine("Account", Class::Own, "id name displayName hasPassword createdAt"),
    mine("Grant", Class::Own, "id role bodyId fromOn untilOn isDefault isInForce isAdministrator mayExport"),
    mine("Login", Class::Own, "id method address agent startedAt seenAt endsAt isPresent"),
    mine("ApiToken", Class::Own, "id label grantId access createdAt endsAt usedAt"),
    mine("Colleague", Class::Own, "accountId grantId name displayName fromOn untilOn isAdministrator mayResetPassword"),
    open("Invitation", Class::Invitation, "id committee member state madeAt endsAt claimedAt withdrawnAt contactName"),
    mine("Invitation", Class::Invitation, "contact"),
    open("Claim", Class::Claim, "id enterprise evidence state madeAt decidedAt reason"),
    mine("Claim", Class::Claim, "claimant isDisputed"),
    part("Claimant", "accountId name displayName"),
    masked("AuditRow", Class::AuditLog, "id at role body action things isErased", "subject origin before after"),
    part("AuditThing", "id fields"),
    part("CheckInAnswer", "clientId verdict reason text"),
    part("CheckInPayload", "event"),
    part("CheckInsUploadPayload", "answers event"),
    part("ClaimPayload", "claim claimId"),
    part("ContactPayload", "contact"),
    part("ContactRemovePayload", "removedId"),
    part("CodeToHandOver", "code link qrSvg"),
    part("ColleaguePayload", "accountId grantId passwordCode"),
    part("GrantLeavePayload", "leftId"),
    part("InvitationAcceptPayload", "accountId grantId"),
    part("InvitationLine", "row outcome reason invitation code"),
    part("InvitationPayload", "invitation code"),
    part("InvitationsMakePayload", "lines"),
    part("InvitationsUploadPayload", "made joined waits refused csv"),
    part("PasswordChoosePayload", "name"),
    part("ReservationPayload", "reservation"),
    open("Job", Class::Job, "id kind state progressDone progressTotal attempts error resultId subject createdAt changedAt"),
    mine("Notice", Class::Own, "id kind text thingId need changes causeIds firstAt lastAt readAt"),
    mine("NoticeSettings", Class::Own, "email emailConfirmedAt pendingEmail wantsEmail kinds quietFrom quietUntil quietDaysOff language"),
    mine("NoticePreview", Class::Own, "subject text dueAt"),
    mine("Delivery", Class::Own, "id channel webhookId state attempts causeIds firstAt nextAt closedAt lastError"),
    mine("Webhook", Class::Own, "id label url grantId createdAt lastDelivery"),
    part("NoticeSettingsPayload", "settings"),
    part("WebhookAddPayload", "webhook secret"),
    part("SearchHit", "node name points"),
    part("NoticesReadPayload", "readCount"),
    part("SupervisionPayload", "need"),
    part("WorkCalendarPayload", "calendar"),
    part("DeadlineProfilePayload", "profile"),
    part("UserError", "code field message"),
    part("ImportCount", "kind added changed unchanged rejected"),
    part("ImportFinding", "kind count"),
    part("ImportRemark", "file sheet row column kind value reason hint isRejection"),
    part("ImportPayload", "outcome counts findings remarks"),
    part("AlliancePayload", "alliance"),
    part("ApiTokenCreatePayload", "apiToken text"),
    part("AvoidChangePayload", "enterprise"),
    part("ChainPayload", "chain"),
    part("CommitteePayload", "committee"),
    part("EnterprisePayload", "enterprise"),
    part("EventPairsPayload", "event meetings"),
    part("EventParticipantsPayload", "event participants"),
    part("EventPayload", "event"),
    part("EventPlanPayload", "event conflict"),
    part("MeetingResultPayload", "results"),
    part("FollowUpPayload", "followUp"),
    part("EventReplanPayload", "event calledOff filled moved affected"),
    part("GuestPayload", "guest"),
    part("GuestQuotasPayload", "event"),
    part("GuestsPayload", "guests"),
    part("JobPayload", "job"),
    part("MeetingPayload", "event meeting"),
    part("MeetingRequestPayload", "request"),
    part("MeetingRequestsOpenPayload", "event"),
    part("NeedPayload", "need"),
    part("OfferPayload", "offer"),
    part("OrganisationPayload", "organisation"),
    part("OutcomePayload", "outcome"),
    part("PairingsPayload", "pairings"),
    part("ParticipantPayload", "event participant"),
    part("PartyOrganisationPayload", "partyOrganisation"),
    part("PasswordChangePayload", "isChanged"),
    part("PlacementPayload", "placement"),
    part("ProjectPayload", "project"),
    part("RemovedPayload", "removedId"),
    part("RevokedPayload", "revokedId"),
    part("SeatPayload", "seat"),
    part("SegmentPayload", "segment"),
    part("SuggestionPairPayload", "pairing task"),
    part("SuggestionPayload", "suggestion"),
    part("SuggestionsPayload", "suggestions"),
    part("SupplyEdgePayload", "supplyEdge"),
    part("TaskPayload", "task"),
    part("TasksSuggestPayload", "added gaps"),
    part("VenuePayload", "venue"),
    part("ZonePayload", "zone"),
];

/// How a field is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldRule {
    /// Its class; `None` where it is seen with the thing it is part of.
    pub class: Option<DataClass>,
    /// Whether a masked sight leaves it out.
    pub is_masked: bool,
    /// Whether its value depends on who asks.
    pub is_mine: bool,
}

/// The rule of `field` of `of`; `None` if nobody has written one.
pub fn rule(of: &str, field: &str) -> Option<FieldRule> {
    let has = |words: &str| words.split(' ').any(|word| word == field);
    FIELDS.iter().filter(|fields| fields.of == of).find_map(|fields| {
        let (is_masked, is_mine) = (has(fields.masked), has(fields.mine));
        let class = fields.class;
        (is_masked || is_mine || has(fields.open)).then_some(FieldRule {
            class,
            is_masked,
            is_mine,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_field_has_two_rules() {
        let mut seen = std::collections::BTreeSet::new();
        for fields in FIELDS {
            // What is masked may depend on who asks as well.
            let mine = if fields.mine == fields.masked { "" } else { fields.mine };
            for words in [fields.open, fields.masked, mine] {
                for field in words.split(' ').filter(|word| !word.is_empty()) {
                    assert!(seen.insert((fields.of, field)), "{}.{field} stands twice", fields.of);
                }
            }
        }
    }

    #[test]
    fn a_field_is_found_by_its_type_and_name() {
        let points = rule("Suggestion", "points").unwrap();
        assert_eq!((points.class, points.is_masked), (Some(Class::Suggestion), true));
        assert_eq!(rule("Need", "sendBackNote").unwrap().class, Some(Class::NeedNotes));
        assert_eq!(rule("Need", "body").unwrap().class, Some(Class::NeedBody));
        assert_eq!(rule("Need", "nothing"), None);
    }
}
