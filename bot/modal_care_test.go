package bot_test

import (
	"strings"
	"testing"

	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// fields are values as a dialog's fields take them.
func fields(pairs ...string) map[string]map[string]any {
	out := map[string]map[string]any{}
	for n := 0; n < len(pairs); n += 2 {
		out[pairs[n]] = map[string]any{pairs[n]: pairs[n+1]}
	}
	return out
}

func TestASlashCommandWithoutATextOpensItsDialog(t *testing.T) {
	r := newRig(t, setup{})
	id := r.fire("HighErrorRate")
	head := r.posted("nobody has it")
	decision := r.posted("This is *" + id + "*")
	for _, c := range []struct {
		command, modal, field string
		filled                map[string]map[string]any
		shown                 *slackfake.Message
		want                  []string
	}{
		{"note", "incident_note_modal", "text", fields("text", "pool is at 200"), nil, nil},
		{"update " + id, "incident_update_modal", "text", fields("text", "we know the cause"), head, []string{"we know the cause"}},
		{"severity", "incident_severity_modal", "", fields("severity", "high", "reason", "only some"), head, []string{"high"}},
		{"reject", "decision_reject_modal", "", fields("reason", "it is the disk"), decision, []string{"Rejected by @alice"}},
		{"resolve", "incident_resolve_modal", "resolution", fields("resolution", "freed the disk"), head, []string{"🟢", "fix: freed the disk"}},
	} {
		r.slash(alice, c.command)
		v := r.view(alice, c.modal)
		if c.field != "" {
			sub := r.submit(alice, v.ID, fields(c.field, " "))
			if sub.Action != "errors" || sub.Errors[c.field] == "" {
				t.Errorf("%s with an empty %s is answered with %q %v", c.command, c.field, sub.Action, sub.Errors)
			}
		}
		if sub := r.submit(alice, v.ID, c.filled); sub.Action != "" {
			t.Errorf("%s is answered with %q %v", c.command, sub.Action, sub.Errors)
		}
		if c.shown != nil {
			r.shows(c.shown, c.want...)
		}
	}
	r.settled()
	said := ""
	for _, e := range r.incident(id).Timeline {
		said += e.Kind + " " + e.Text + "\n"
	}
	if !contains(said, "note pool is at 200", "update we know the cause", "severity critical → high: only some") {
		t.Errorf("the timeline says %s", said)
	}
}

func TestADialogSurvivesARestartBetweenOpeningAndSubmitting(t *testing.T) {
	s := setup{}
	r := newRig(t, s)
	id := r.fire("HighErrorRate")
	head := r.posted("nobody has it")
	decision := r.posted("This is *" + id + "*")
	restart := func() {
		t.Helper()
		r.halt()
		r.open(s)
		r.connected()
	}
	for _, c := range []struct {
		command, modal string
		filled         map[string]map[string]any
		shown          *slackfake.Message
		want           []string
	}{
		{"severity", "incident_severity_modal", fields("severity", "low"), head, []string{"low"}},
		{"update", "incident_update_modal", fields("text", "half of it works"), head, []string{"half of it works"}},
		{"reject", "decision_reject_modal", fields("reason", "it is the disk"), decision, []string{"Rejected by @alice"}},
		{"note", "incident_note_modal", fields("text", "fix: freed the disk"), nil, nil},
		{"declare", "incident_declare_modal", fields("title", "mails are late", "service", "mailer", "severity", "high", "description", "since noon"), nil, nil},
		{"resolve " + id, "incident_resolve_modal", nil, head, []string{"🟢", "fix: freed the disk"}},
	} {
		r.slash(alice, c.command)
		v := r.view(alice, c.modal)
		restart()
		if sub := r.submit(alice, v.ID, c.filled); sub.Action != "" {
			t.Errorf("%s is answered with %q %v", c.command, sub.Action, sub.Errors)
		}
		if c.shown != nil {
			r.shows(c.shown, c.want...)
		}
		if c.modal == "incident_note_modal" {
			r.whispered(alice, "Noted in the timeline of "+id)
		}
		if c.modal == "incident_declare_modal" {
			m := r.posted("🔴 mailer · mails are late", "high", "declared by @alice")
			r.whispered(alice, about(m)+" is declared, high")
			r.posted("mails are late", "since noon")
		}
	}
}

func TestDialogsTakeTextsOfAnyKindAndLength(t *testing.T) {
	r := newRig(t, setup{})
	long := strings.Repeat("أ👩‍🚒 ", 600) // 3,000 characters
	long = string([]rune(long)[:3000])
	for _, text := range []string{long, "*<!channel>* <https://evil.example|x> ```", "\u202edown", "line one\nline two"} {
		r.slash(alice, "declare")
		v := r.view(alice, "incident_declare_modal")
		if sub := r.submit(alice, v.ID, fields("title", text, "description", text)); sub.Action != "" {
			t.Errorf("%.20q is answered with %q %v", text, sub.Action, sub.Errors)
		}
		r.settled()
	}
	r.wait("four incidents", func(p *slackfake.Snapshot) bool { return len(p.Timeline(channel)) == 4 })
	r.settled()
	p := r.slack.Snapshot()
	if len(p.Notified()) != 0 || len(p.Links()) != 0 {
		t.Errorf("pings %v, links %v", p.Notified(), p.Links())
	}
	list, err := r.engine.Incidents(t.Context(), engine.IncidentFilter{Live: true}, "", 10)
	if err != nil || len(list.Items) != 4 {
		t.Fatalf("%d incidents, %v", len(list.Items), err)
	}
	for _, i := range list.Items {
		if n := len([]rune(i.Title)); n > 300 || strings.Contains(i.Title, "\n") {
			t.Errorf("a title of %d characters: %.40q", n, i.Title)
		}
		if len([]rune(i.Title)) == 300 && !strings.Contains(i.Symptom, strings.TrimSpace(long)) {
			t.Error("what does not fit into the title is lost")
		}
	}
}

func TestTheChoiceOfAnEndingShowsItsFields(t *testing.T) {
	r := newRig(t, setup{})
	head, id := r.declared(alice, "nobody can pay")
	r.says(alice, "note cause: the certificate ran out", "Noted")
	r.slash(bob, "resolve")
	v := r.view(bob, "incident_resolve_modal")
	r.choose(bob, v.ID, "false_alarm")
	if sub := r.submit(bob, v.ID, fields("outcome", "duplicate")); sub.Errors["outcome"] == "" {
		t.Errorf("a choice that was not asked about is answered with %q %v", sub.Action, sub.Errors)
	}
	r.choose(bob, v.ID, "recovered")
	r.choose(bob, v.ID, "fixed", "resolution", "root_cause")
	if sub := r.submit(bob, v.ID, fields("resolution", "renewed it")); sub.Action != "" {
		t.Errorf("answered with %q %v", sub.Action, sub.Errors)
	}
	r.shows(head, "🟢", "fix: renewed it")
	if d := r.incident(id); d.RootCause != "the certificate ran out" {
		t.Errorf("the cause is %q", d.RootCause)
	}
	r.says(bob, "resolve "+id+" renewed it", "No change", "as you said")
	r.says(bob, "resolve "+id+" it was the clock", "No change", "resolved already")
	r.says(carol, "resolve "+id+" again", "No change")
	r.says(carol, "severity "+id+" low", "No change", "is resolved")
}

func TestWhatIsSaidBehindAnAckAndAnApprovalIsKept(t *testing.T) {
	r := newRig(t, setup{})
	id := r.fire("HighErrorRate")
	decision := r.posted("This is *" + id + "*")
	r.says(alice, "ack "+id+" looking at the pool", id+" is yours")
	r.says(bob, "approve "+id+" but only to 50%", "Approved")
	r.shows(decision, "Approved by @bob", `"but only to 50%"`)
	said := ""
	for _, e := range r.incident(id).Timeline {
		said += e.Kind + " " + e.Text + "\n"
	}
	if !contains(said, "note looking at the pool", "approved INC-2025-001: but only to 50%") {
		t.Errorf("the timeline says %s", said)
	}
}

func TestAnEndingThatIsSaidIsNoFix(t *testing.T) {
	r := newRig(t, setup{})
	_, first := r.declared(alice, "nobody can pay")
	for said, want := range map[string]engine.Reason{
		"False alarm.": engine.ReasonFalseAlarm, "recovered by itself": engine.ReasonRecovered, "duplicate of " + first: engine.ReasonDuplicate,
		"restarted it after a false alarm": engine.ReasonFixed,
	} {
		r.says(alice, "declare mails are late", "is declared")
		p, err := r.engine.Incidents(t.Context(), engine.IncidentFilter{Live: true}, "", 1)
		if err != nil {
			t.Fatal(err)
		}
		id := p.Items[0].ID
		r.says(bob, "resolve "+id+" "+said, id+" is resolved")
		if d := r.incident(id); d.Reason != want || d.Fix() != (want == engine.ReasonFixed) || (d.DuplicateOf == first) != (want == engine.ReasonDuplicate) {
			t.Errorf("%q is %s, fix %q, of %q", said, d.Reason, d.Resolution, d.DuplicateOf)
		}
	}
}
