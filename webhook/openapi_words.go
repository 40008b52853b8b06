package webhook

import "github.com/danielgtaylor/huma/v2"

// nullable says where the engine's objects have null: huma knows it of plain
// values only. Lists that are left out when they are empty are never null.
func nullable(doc *huma.OpenAPI) {
	schemas := doc.Components.Schemas.Map()
	if d := schemas["Decision"]; d != nil {
		d.Properties["fix"] = orNull("FixRecord", "What history says of the recommended fix itself; never part of the confidence")
		d.Properties["outcome"] = orNull("Outcome", "What came of the recommendation; null until somebody told")
	}
	for name, lists := range map[string][]string{
		"Decision": {"evidence", "reviews", "changes", "onset"}, "FixRecord": {"check_first", "warnings", "trials"}, "Evidence": {"matched"}, "Confidence": {"reasons"},
		"Incident": {"merged", "linked"}, "Detail": {"merged", "linked", "depends_on", "changes"}, "Alert": {"apart", "refired", "fired", "known"},
	} {
		for _, list := range lists {
			if s := schemas[name]; s != nil {
				s.Properties[list].Nullable = false
			}
		}
	}
	for _, name := range []string{"Incident", "Detail"} {
		if i := schemas[name]; i != nil {
			i.Properties["labels"].Nullable = true
		}
	}
}

func orNull(schema, description string) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{{Ref: "#/components/schemas/" + schema}, {Type: "null"}}, Description: description}
}

// explain describes the members of the engine's objects that do not explain
// themselves. The engine's types carry no words of the API.
func explain(doc *huma.OpenAPI) {
	schemas := doc.Components.Schemas.Map()
	for name, members := range descriptions() {
		s := schemas[name]
		if s == nil {
			continue
		}
		for member, text := range members {
			if p := s.Properties[member]; p != nil && p.Ref == "" {
				p.Description = text
			}
		}
	}
	for name, members := range map[string]map[string][]any{
		"Decision": {"status": {"proposed", "approved", "rejected"}},
		"Outcome":  {"outcome": {"worked", "failed", "reverted", "not_tried"}},
		"Trial":    {"outcome": {"worked", "failed", "reverted", "not_tried"}},
		"Evidence": {"kind": {"incident", "runbook", "decision"}, "stance": {"for", "against"}},
	} {
		for member, values := range members {
			if s := schemas[name]; s != nil && s.Properties[member] != nil {
				s.Properties[member].Enum = values
			}
		}
	}
}

func descriptions() map[string]map[string]string {
	return map[string]map[string]string{
		"Decision": {
			"matched_incident":      "The past incident it resembles; null where a runbook is the best match, or nothing is close enough",
			"matched_runbook":       "The runbook that fits best; null where a past incident does",
			"recommended_action":    "What worked then; null where abstained",
			"confidence_score":      "How sure it is that this is the same problem, 0 to 1; the record of the fix is apart from it",
			"latency_ms":            "The time that deciding took, in milliseconds",
			"abstained":             "Nothing was close enough, or a storm's order of onset says more",
			"example":               "The match is one of the built-in examples, not your systems",
			"evidence":              "What it rests on: the match first, then what is near, then who speaks against it",
			"generator":             "deterministic, or the model that worded it",
			"incident_id":           "The live incident it is for; null where a person asked",
			"reviews":               "The verdict that stands, if any",
			"right_incident":        "The past incident that this was, as people said when they closed it as a duplicate",
			"changes":               "What was changed on the same service in the hour before, the nearest first: the first thing to look at",
			"onset":                 "Where many services fire at once: which was hit when, the first one first",
			"outdated":              "Why newer facts have overtaken this advice, in a sentence; missing while it stands",
			"superseded_by":         "The decision that answers those newer facts",
			"follows":               "The decision after which this one was made, because that one was rejected, did not help or was outdated",
			"then_spike_percentage": "By how many percent it rose in the matched incident",
		},
		"FixRecord": {
			"tried":       "How often this fix was tried for this type of error, as history and people tell",
			"worked":      "How often of those it worked",
			"cost":        "What it cost then",
			"undo":        "How to take it back",
			"check_first": "What to look at before it is done",
			"took":        "How long it took to help, then",
			"then":        "What was set where it was done, such as pool 200 → 60 on checkout: the numbers of another service",
			"warnings":    "What of it may not hold here",
			"trials":      "The times it was tried, the latest first, at most four",
		},
		"Trial":   {"id": "The incident it was tried in", "took": "How long it took to help", "note": "What people said of it"},
		"Outcome": {"actor": "Who says so", "note": "In their own words"},
		"Evidence": {
			"kind":    "decision: what people said of an earlier one",
			"score":   "How near it is, 0 to 1; 0 for what people said",
			"outcome": "resolved, or what speaks against it: failed, reverted, rejected; empty for a runbook",
			"stance":  "Whether it speaks for the recommendation or against it; missing where it is only near",
			"why":     "Why it is cited, in facts that a person can check",
		},
		"Change": {
			"kind": "deploy, config, flag, migration; free text", "ref": "A version, tag or commit",
			"at": "When it was done, or was last heard of", "began": "When it was first heard of, where that was earlier", "actor": "Who did it",
		},
		"Onset":      {"at": "When its trouble began"},
		"Basis":      {"series": "How many alerts the incident had when this was decided", "severity": "How severe it was then", "measured": "The monitoring's numbers were known then"},
		"Confidence": {"base": "What the number rests on", "outcomes": "How many verdicts and outcomes are behind the calibration", "type_guessed": "The error type was guessed from the alert's words"},
		"Alert": {
			"first_value": "The value it began with", "value": "The value it has now",
			"apart": "The incidents that people took its series out of", "refired": "When it fired again within the hour",
			"held": "It opens no incident yet, since by the config it has not fired often enough", "fired": "When it fired of late, where the config counts that",
			"known": "The deliveries it was told by of late, where its sender gives no times",
		},
		"Dependency": {"service": "A service that the incident's needs, by the config", "firing": "Something of it still fires"},
		"Incident":   storyWords(), "Detail": storyWords(),
	}
}

func storyWords() map[string]string {
	return map[string]string{
		"changes":        "What was changed on its services in the hour before it, the nearest first",
		"merged_into":    "The incident that has its alerts now",
		"merged":         "The incidents whose alerts it has",
		"split_from":     "The incident that its alerts were taken out of",
		"linked":         "The incidents that it is related to",
		"cleared_at":     "When the last of its alerts ended, where somebody owns it and closing is left to them",
		"since_ack":      "How many alerts joined after it was acknowledged",
		"flapping_since": "Since when its alerts keep coming and going; missing while they don't",
		"flaps":          "How often one of them fired again in that time",
		"depends_on":     "What its service needs and is in trouble now, by the config",
		"room":           "Its own channel in chat",
		"room_closed":    "That channel is archived, or was not to be had",
	}
}
