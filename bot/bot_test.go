package bot_test

import (
	"strings"
	"testing"
	"time"

	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

const ask = "analyze error_type=database_timeout spike=450 service=checkout"

func TestAnalyzeAnswersWhereItWasAsked(t *testing.T) {
	r := newRig(t, setup{})
	r.slash(alice, ask)
	m := r.posted("Incident Decision: INC-2025-001", "Throttle connections to 30%", "95%", "EXAMPLE, not your systems", "asked by @alice")
	if m.ThreadTS != "" || m.Metadata == nil || m.Metadata.EventType != "rof_post" {
		t.Errorf("the answer stands in thread %q with metadata %v", m.ThreadTS, m.Metadata)
	}
	if m.UnfurlLinks || m.UnfurlMedia {
		t.Error("the answer unfurls")
	}
	if m.Text == "" || strings.Contains(m.Text, "can't be displayed") {
		t.Errorf("the notification says %q", m.Text)
	}
	var ids []string
	for _, b := range m.Buttons() {
		ids = append(ids, b.ActionID)
		if !strings.HasPrefix(b.Value, "dec_") {
			t.Errorf("%s carries %q", b.ActionID, b.Value)
		}
	}
	if got := strings.Join(ids, " "); got != "decision_approve decision_reject decision_evidence" {
		t.Errorf("buttons %s", got)
	}
}

func TestAMentionInAThreadIsAnsweredInIt(t *testing.T) {
	r := newRig(t, setup{})
	parent, err := r.slack.Say(bob, channel, "", "anybody else seeing this?")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.slack.Mention(bob, channel, parent, "database timeouts on checkout, p99 up 450%"); err != nil {
		t.Fatal(err)
	}
	m := r.posted("Incident Decision:", "asked by @bob")
	if m.ThreadTS != parent {
		t.Errorf("the answer stands in thread %q, want %q", m.ThreadTS, parent)
	}
}

func TestADirectMessageIsACommand(t *testing.T) {
	r := newRig(t, setup{})
	dm, _, err := r.slack.DirectMessage(alice, "", "help")
	if err != nil {
		t.Fatal(err)
	}
	m := r.whispered(alice, "/incident analyze error_type=database_timeout", "/incident resolve")
	if m.Channel != dm {
		t.Errorf("the answer is in %s, want %s", m.Channel, dm)
	}
}

func TestShortAnswersAreForTheAskerAlone(t *testing.T) {
	r := newRig(t, setup{})
	id := r.fire("HighErrorRate")
	r.posted("HighErrorRate")
	for text, want := range map[string][]string{
		"list":              {id, "HighErrorRate", "nobody has it"},
		"help":              {"/incident analyze", "/incident reject", "/incident help"},
		"show " + id:        {"HighErrorRate", "Timeline"},
		"show INC-2025-001": {"history", "EXAMPLE, not your systems", "What fixed it"},
		"show INC-2031-999": {"INC-2031-999"},
		"lsit":              {"did you mean list?"},
		"analyze spike=x y": {"spike=x is not a percentage"},
		"reopen":            {"which incident?"},
		"ack INC-2025-001":  {"INC-2025-001 is history"},
	} {
		if got := r.reply(r.slash(carol, text)); !contains(got, want...) {
			t.Errorf("%q answers %q, want %q", text, got, want)
		}
	}
	for _, m := range r.slack.Snapshot().BotMessages(channel) {
		if contains(m.Visible(), "did you mean") {
			t.Errorf("a hint is posted for everybody: %s", m.Visible())
		}
	}
}

func TestAnAlertIsOneMessageWithItsThread(t *testing.T) {
	r := newRig(t, setup{engine: engine.Config{Routes: []engine.Route{{Channel: channel, Mention: "S0SRE"}}}})
	id := r.fire("HighErrorRate")
	r.posted("Incident Decision: INC-2025-001", "This is *"+id+"*")
	r.settled()
	p := r.slack.Snapshot()
	head := p.Timeline(channel)
	if len(head) != 1 || !contains(head[0].Visible(), "🔴 checkout prod · HighErrorRate", "critical", "nobody has it", "Looks like INC-2025-001 (strong); advice in the thread", id) {
		t.Fatalf("the channel shows %d messages, the first %q", len(head), head[0].Visible())
	}
	thread := p.Thread(channel, head[0].TS)
	if len(thread) != 3 || !contains(thread[1].Visible(), "HighErrorRate", "from alertmanager") || !contains(thread[2].Visible(), "Incident Decision") {
		t.Errorf("the thread has %d messages", len(thread))
	}
	pings := p.Notified()
	if len(pings) != 1 || pings[0].ID != "S0SRE" {
		t.Errorf("%d pings, want the route's group once: %v", len(pings), pings)
	}
}

func TestAnIncidentIsTakenAndResolvedInItsThread(t *testing.T) {
	r := newRig(t, setup{})
	id := r.fire("HighErrorRate")
	head := r.posted("nobody has it")
	r.posted("This is *" + id + "*")
	r.click(alice, head.TS, "incident_ack")
	r.posted("🟡", "@alice has it")

	// The id of the past incident is caught, and the right one offered.
	if _, err := r.slack.Mention(alice, channel, head.TS, "resolve INC-2025-001 throttled"); err != nil {
		t.Fatal(err)
	}
	offer := r.whispered(alice, "INC-2025-001 is history. This thread is "+id+".", "Resolve that one")
	if _, err := r.slack.Press(r.ctx(), slackfake.Press{User: alice, Channel: channel, TS: offer.TS, ActionID: "incident_resolve"}); err != nil {
		t.Fatal(err)
	}
	v := r.view(alice, "incident_resolve_modal")
	sub := r.submit(alice, v.ID, map[string]map[string]any{"resolution": {"resolution": " "}})
	if sub.Action != "errors" || !strings.Contains(sub.Errors["resolution"], "what fixed it") {
		t.Errorf("an empty fix is answered with %q %v", sub.Action, sub.Errors)
	}
	r.choose(alice, v.ID, "duplicate", "duplicate_of")
	sub = r.submit(alice, v.ID, map[string]map[string]any{"outcome": {"outcome": "duplicate"}, "duplicate_of": {"duplicate_of": "INC-2031-7"}})
	if sub.Action != "errors" || !strings.Contains(sub.Errors["duplicate_of"], "no incident INC-2031-7") {
		t.Errorf("an unknown duplicate is answered with %q %v", sub.Action, sub.Errors)
	}
	r.choose(alice, v.ID, "fixed", "resolution", "root_cause")
	sub = r.submit(alice, v.ID, map[string]map[string]any{"outcome": {"outcome": "fixed"}, "resolution": {"resolution": "throttled connections to 30%"}, "root_cause": {"root_cause": "pool too small"}})
	if sub.Action != "" {
		t.Errorf("the dialog is answered with %q %v", sub.Action, sub.Errors)
	}
	r.posted("🟢", "closed by @alice", "fix: throttled connections to 30%", "now part of history")
	d, err := r.engine.Incident(t.Context(), id)
	if err != nil || d.Status != engine.Resolved || d.RootCause != "pool too small" || d.ResolvedBy != "alice" {
		t.Errorf("the incident is %s by %s because of %q, %v", d.Status, d.ResolvedBy, d.RootCause, err)
	}
}

func TestWhatFixedItCanBeToldAfterTheAllClear(t *testing.T) {
	r := newRig(t, setup{})
	id := r.fire("HighErrorRate")
	head := r.posted("nobody has it")
	if _, err := r.engine.Ingest(t.Context(), engine.Delivery{Source: "alertmanager", Alerts: []engine.Alert{
		{Fingerprint: "HighErrorRate", Status: engine.AlertResolved, StartedAt: time.Now()},
	}}); err != nil {
		t.Fatal(err)
	}
	r.posted("🟢", "*resolved*", "What fixed it?")
	r.click(alice, head.TS, "incident_resolve")
	v := r.view(alice, "incident_resolve_modal")
	r.submit(alice, v.ID, map[string]map[string]any{"outcome": {"outcome": "fixed"}, "resolution": {"resolution": "raised the pool"}})
	r.posted("🟢", "fix: raised the pool", "now part of history")
	d, err := r.engine.Incident(t.Context(), id)
	if err != nil || !d.Fix() || d.Resolution != "raised the pool" {
		t.Errorf("%+v, %v; want a fix", d.Incident, err)
	}
}

func (r *rig) view(user, callback string) slackfake.View {
	r.t.Helper()
	var v slackfake.View
	r.wait("the dialog "+callback, func(p *slackfake.Snapshot) bool {
		for _, open := range p.Views(user) {
			if open.CallbackID == callback {
				v = open
				return true
			}
		}
		return false
	})
	return v
}

// choose picks how an incident ended, and returns once the dialog asks for what
// that needs, and for nothing else.
func (r *rig) choose(user, view, reason string, fields ...string) {
	r.t.Helper()
	if _, err := r.slack.Press(r.ctx(), slackfake.Press{User: user, View: view, ActionID: "outcome", Choose: reason}); err != nil {
		r.t.Fatal(err)
	}
	want := strings.Join(append([]string{"outcome"}, fields...), " ")
	r.wait("the fields "+want, func(p *slackfake.Snapshot) bool {
		for _, v := range p.Views(user) {
			var got []string
			for _, e := range v.Elements() {
				if e.Type != "button" {
					got = append(got, e.ActionID)
				}
			}
			if v.ID == view && strings.Join(got, " ") == want {
				return true
			}
		}
		return false
	})
}

func (r *rig) submit(user, view string, values map[string]map[string]any) *slackfake.Submission {
	r.t.Helper()
	s, err := r.slack.SubmitView(r.ctx(), user, view, values)
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

func TestARejectionSaysWhy(t *testing.T) {
	r := newRig(t, setup{})
	r.slash(alice, ask)
	m := r.posted("Incident Decision: INC-2025-001")
	id := m.Buttons()[0].Value
	r.click(bob, m.TS, "decision_reject")
	v := r.view(bob, "decision_reject_modal")
	sub := r.submit(bob, v.ID, map[string]map[string]any{"reason": {"reason": "pool is fine"}, "correct_incident": {"correct_incident": "INC-1999-001"}})
	if sub.Action != "errors" || sub.Errors["correct_incident"] == "" || sub.Errors["reason"] != "" {
		t.Errorf("an unknown incident is answered with %q %v", sub.Action, sub.Errors)
	}
	if n := r.counts.of("received"); n != 1 {
		t.Errorf("%d envelopes are stored, want the command's alone", n)
	}
	sub = r.submit(bob, v.ID, map[string]map[string]any{"reason": {"reason": "pool is fine, it's the disk"}, "correct_incident": {"correct_incident": "inc-2025-004"}, "correct_action": {"correct_action": "free space"}})
	if sub.Action != "" {
		t.Errorf("the dialog is answered with %q %v", sub.Action, sub.Errors)
	}
	m = r.posted("❌ Rejected by @bob", `"pool is fine, it's the disk"`, "instead: free space", "it is: INC-2025-004")

	// A later click on an old button of the same message is told who decided.
	r.slash(carol, "approve "+id)
	r.whispered(carol, "bob already rejected this")

	r.click(bob, m.TS, "decision_undo")
	m = r.posted("Incident Decision: INC-2025-001", "Approve")
	r.click(bob, m.TS, "decision_evidence")
	r.whispered(bob, "INC-2025-001", "fix:")
}

func TestAVerdictIsTakenBackByItsAuthorOnly(t *testing.T) {
	r := newRig(t, setup{})
	r.slash(alice, ask)
	m := r.posted("Incident Decision: INC-2025-001")
	r.click(bob, m.TS, "decision_approve")
	m = r.posted("✅ Approved by @bob", "rof changed nothing, this is done by hand")
	if got := r.reply(r.click(carol, m.TS, "decision_undo")); !contains(got, "Not allowed", "only bob") {
		t.Errorf("somebody else is answered %q", got)
	}
}
