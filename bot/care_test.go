package bot_test

import (
	"strings"
	"testing"
	"time"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

func (r *rig) incident(id string) engine.Detail {
	r.t.Helper()
	d, err := r.engine.Incident(r.ctx(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

// says types a slash command and checks its answer.
func (r *rig) says(user, text string, want ...string) {
	r.t.Helper()
	if got := r.reply(r.slash(user, text)); !contains(got, want...) {
		r.t.Errorf("%q answers %q, want %q", text, got, want)
	}
}

// declared declares an incident by slash command and returns its message and id.
func (r *rig) declared(user, text string) (head *slackfake.Message, id string) {
	r.t.Helper()
	r.says(user, "declare "+text, "is declared")
	head = r.posted("declared by @"+strings.ToLower(strings.TrimPrefix(user, "U0")), "nobody has it")
	return head, about(head)
}

func TestAPersonDeclaresAnIncidentThatNoAlertToldOf(t *testing.T) {
	r := newRig(t, setup{})
	head, id := r.declared(alice, "database timeouts on checkout, p99 up 450% severity=critical service=checkout")
	if head.ThreadTS != "" || !contains(head.Visible(), "🔴 checkout · database timeouts on checkout, p99 up 450%", "critical", id) {
		t.Errorf("in thread %q it says %s", head.ThreadTS, head.Visible())
	}
	decision := r.posted("This is *"+id+"*", "Confidence")
	if decision.ThreadTS != head.TS || !contains(decision.Visible(), "INC-2025-001") {
		t.Errorf("the advice stands in thread %q: %s", decision.ThreadTS, decision.Visible())
	}
	d := r.incident(id)
	if d.Source != "slack" || d.DeclaredBy != "alice" || d.Severity != engine.SeverityCritical || d.Firing != 0 || d.Timeline[0].Kind != "declared" {
		t.Errorf("%+v", d.Incident)
	}
	r.says(bob, "ack", id+" is yours")
	r.says(bob, "resolve throttled connections to 30%", id+" is resolved")
	r.posted("🟢", "closed by @bob", "fix: throttled connections to 30%", "now part of history")
}

func TestWhoIsNamedInAThreadIsWrittenDownByName(t *testing.T) {
	r := newRig(t, setup{})
	r.slack.AddUserGroup(slackfake.UserGroup{ID: "S0SRE", Handle: "sre", Users: []string{bob}})
	id := r.fire("HighErrorRate")
	head := r.posted("nobody has it", "advice in the thread")
	for _, text := range []string{"note @bob restarted it for @sre", "update <@U0BOB> is rolling back"} {
		if _, err := r.slack.Mention(alice, channel, head.TS, text); err != nil {
			t.Fatal(err)
		}
	}
	r.posted("Update", "@bob is rolling back")
	marked, err := r.slack.Say(alice, channel, head.TS, "<@U0BOB> found it")
	if err == nil {
		err = r.slack.PinMessage(alice, channel, marked)
	}
	if err != nil {
		t.Fatal(err)
	}
	r.counted(bot.CountReceived, 3)
	var said string
	for deadline := time.Now().Add(10 * time.Second); !contains(said, "@bob restarted it for @sre", "@bob is rolling back", "@bob found it"); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(said)
		}
		said = ""
		for _, e := range r.incident(id).Timeline {
			said += e.Text + "\n"
		}
	}
}

func TestDeclaringByMentionInADirectMessageIsAnnouncedToTheChannel(t *testing.T) {
	r := newRig(t, setup{})
	if _, _, err := r.slack.DirectMessage(alice, "", "new nobody can pay sev=high"); err != nil {
		t.Fatal(err)
	}
	r.whispered(alice, "is declared, high", "It stands in")
	r.posted("🔴 nobody can pay", "declared by @alice")
}

func TestAMentionWithoutATextGetsAButtonThatOpensTheDialog(t *testing.T) {
	r := newRig(t, setup{})
	id := r.fire("HighErrorRate")
	head := r.posted("nobody has it")
	for text, action := range map[string]string{
		"declare": "incident_declare", "note": "incident_note", "update": "incident_update", "severity": "incident_severity", "resolve": "incident_resolve",
	} {
		r.mention(alice, head.TS, text)
		var offer *slackfake.Message
		r.wait("the button "+action, func(p *slackfake.Snapshot) bool {
			for _, m := range p.Ephemerals(alice) {
				if actions(m) == action {
					offer = m
				}
			}
			return offer != nil
		})
		if v := offer.Buttons()[0].Value; text != "declare" && v != id {
			t.Errorf("the button of %s carries %q", text, v)
		}
		r.click(alice, offer.TS, action)
		r.view(alice, action+"_modal")
	}
}

func TestAWorseSeverityIsToldAndABetterOneIsAnEdit(t *testing.T) {
	r := newRig(t, setup{engine: engine.Config{Routes: []engine.Route{{Channel: channel, Mention: "S0SRE"}}}})
	head, id := r.declared(alice, "checkout is slow service=checkout")
	r.says(bob, "sev critical nobody can pay", id+" is critical now; it was medium")
	worse := r.posted("Worse", "medium → critical", "says @bob")
	if !worse.Broadcast || worse.ThreadTS != head.TS {
		t.Errorf("broadcast %v in thread %q", worse.Broadcast, worse.ThreadTS)
	}
	r.shows(head, "critical")
	r.says(bob, "severity "+id+" low", id+" is low now; it was critical")
	r.shows(head, "low")
	r.says(carol, "severity low", "No change: "+id+" is low already")
	r.says(carol, "severity dreadful", "severity is one of critical, high, medium, low or info", "/incident severity")
	r.settled()
	if n := len(r.slack.Snapshot().Thread(channel, head.TS)); n != 4 {
		t.Errorf("the thread has %d messages, want the summary, what was declared, the advice and the notice", n)
	}
}

func TestAlertsDoNotOverruleAPersonUntilTheyGetWorse(t *testing.T) {
	r := newRig(t, setup{})
	fire := func(name string, severity engine.Severity, value float64) string {
		t.Helper()
		rec, err := r.engine.Ingest(t.Context(), engine.Delivery{Source: "alertmanager", Alerts: []engine.Alert{{
			Fingerprint: name, Status: engine.Firing, Severity: severity, Name: name, Title: name, Service: "checkout", Environment: "prod", Value: &value, StartedAt: time.Now(),
		}}})
		if err != nil {
			t.Fatal(err)
		}
		return rec.Alerts[0].IncidentID
	}
	id := fire("Slow", engine.SeverityHigh, 1)
	r.posted("Slow", "high")
	r.says(alice, "severity low only the batch job", id+" is low now")
	fire("Slow", engine.SeverityHigh, 2)
	if d := r.incident(id); d.Severity != engine.SeverityLow || d.SeverityBy != "alice" {
		t.Errorf("a repeat makes it %s, set by %q", d.Severity, d.SeverityBy)
	}
	fire("Down", engine.SeverityCritical, 1)
	r.posted("Worse", "low → critical")
	if d := r.incident(id); d.Severity != engine.SeverityCritical || d.SeverityBy != "" {
		t.Errorf("a worse alert leaves it %s, set by %q", d.Severity, d.SeverityBy)
	}
}

func TestAnIncidentGetsAnOwnerWhoIsTold(t *testing.T) {
	r := newRig(t, setup{})
	id := r.fire("HighErrorRate")
	head := r.posted("nobody has it")
	r.says(alice, "assign @bob", id+" is assigned to bob")
	told := r.posted("Assigned to", "by @alice")
	if told.ThreadTS != head.TS || told.Broadcast {
		t.Errorf("bob is told in thread %q, broadcast %v", told.ThreadTS, told.Broadcast)
	}
	pinged := 0
	for _, p := range r.slack.Snapshot().Notified() {
		if p.Kind == "user" && p.ID == bob {
			pinged++
		}
	}
	if pinged != 1 {
		t.Errorf("bob is mentioned %d times", pinged)
	}
	r.shows(head, "owner @bob, not acknowledged")
	r.mention(bob, head.TS, "assign me")
	r.whispered(bob, "No change", "is bob's already")
	r.mention(bob, head.TS, "ack")
	r.shows(head, "🟡", "owner @bob")
	r.mention(alice, head.TS, "assign <@"+carol+"> "+id)
	r.shows(head, "owner @carol, acknowledged by @bob")
	r.mention(alice, head.TS, "assign nobody")
	r.shows(head, "@bob has it")
	r.says(alice, "assign", "assign it to whom?", "/incident assign")
	r.says(alice, "assign the lead", "nobody to assign an incident to")
}

func TestWhoTakesAnIncidentForThemselfHasAcknowledgedIt(t *testing.T) {
	r := newRig(t, setup{})
	id := r.fire("HighErrorRate")
	head := r.posted("nobody has it")
	r.says(bob, "assign me", "🟡 "+id+" is yours")
	r.shows(head, "🟡", "owner @bob")
	if d := r.incident(id); d.Status != engine.Acknowledged || d.Owner == nil || *d.Owner != (engine.Person{ID: bob, Name: "bob"}) {
		t.Errorf("%s, owned by %+v", d.Status, d.Owner)
	}
}

func TestNotesAndUpdatesGoWhereTheyBelong(t *testing.T) {
	const news = "C0NEWS"
	r := newRig(t, setup{engine: engine.Config{Updates: news}})
	r.slack.AddChannel(slackfake.Channel{ID: news, Name: "news"})
	id := r.fire("HighErrorRate")
	head := r.posted("nobody has it")
	r.mention(alice, head.TS, "note pool is at 200, trying 60")
	r.whispered(alice, "Noted in the timeline of "+id)
	r.mention(alice, head.TS, "update payments work again, <!channel> we keep watching")
	r.whispered(alice, "Sent to the thread of "+id+" and to the channel of updates")
	said := r.posted("Update", "by @alice", "payments work again")
	if said.ThreadTS != head.TS || said.Broadcast {
		t.Errorf("the update stands in thread %q, broadcast %v", said.ThreadTS, said.Broadcast)
	}
	r.wait("the update in the channel of updates", func(p *slackfake.Snapshot) bool {
		list := p.BotMessages(news)
		return len(list) == 1 && contains(list[0].Visible(), "Update", id, "payments work again")
	})
	r.shows(head, "payments work again")
	for _, p := range r.slack.Snapshot().Notified() {
		if p.Kind != "subteam" {
			t.Errorf("an update pings %s %s", p.Kind, p.ID)
		}
	}
	var kinds []string
	for _, e := range r.incident(id).Timeline {
		if e.Actor == "alice" {
			kinds = append(kinds, e.Kind+": "+e.Text)
		}
	}
	if got := strings.Join(kinds, "; "); !strings.HasPrefix(got, "note: pool is at 200, trying 60; update: payments work again") {
		t.Errorf("the timeline has %s", got)
	}
}

func TestMitigatedThenResolvedThenReopened(t *testing.T) {
	r := newRig(t, setup{})
	head, id := r.declared(alice, "nobody can pay")
	r.says(alice, "ack", id+" is yours")
	r.says(alice, "mitigate sent them to the old version", "🔵 "+id+" is mitigated")
	r.shows(head, "🔵", "@alice has it")
	r.says(alice, "mitigate", id+" is mitigated already")
	r.says(alice, "resolve rolled back", id+" is resolved")
	r.shows(head, "🟢", "fix: rolled back")
	r.says(bob, "mitigate "+id, "No change")
	r.says(bob, "reopen", "🔴 "+id+" is open again")
	again := r.posted("Reopened", "by @bob")
	if !again.Broadcast {
		t.Error("nobody notices that it was reopened")
	}
	r.shows(head, "🔴", "nobody has it", "reopened once")
	r.says(bob, "reopen "+id, id+" is open already")
	r.says(bob, "reopen INC-2025-001", "INC-2025-001 is history")
	if d := r.incident(id); d.Resolution != "" || d.AcknowledgedBy != "" || d.Reopened != 1 {
		t.Errorf("%+v", d.Incident)
	}
}

func TestWhileAlertsFireResolvingIsAskedOnceMore(t *testing.T) {
	r := newRig(t, setup{})
	id := r.fire("HighErrorRate")
	if other := r.fire("SlowQueries"); other != id {
		t.Fatalf("two incidents, %s and %s", id, other)
	}
	head := r.posted("2 alerts", "nobody has it")
	ended := time.Now()
	if _, err := r.engine.Ingest(t.Context(), engine.Delivery{Source: "alertmanager", Alerts: []engine.Alert{{Fingerprint: "SlowQueries", Status: engine.AlertResolved, EndedAt: &ended}}}); err != nil {
		t.Fatal(err)
	}
	r.says(alice, "resolve "+id+" raised the pool", "1 of 2 still fire: mark "+id+" mitigated, or resolve anyway", "What fixed it is noted")
	if d := r.incident(id); d.Status != engine.Open {
		t.Errorf("it is %s", d.Status)
	}
	r.slash(bob, "resolve")
	late := r.view(bob, "incident_resolve_modal")
	// The slash command without a text opens the dialog; in it the other way is offered.
	r.slash(alice, "resolve")
	v := r.view(alice, "incident_resolve_modal")
	if _, err := r.slack.Press(r.ctx(), slackfake.Press{User: alice, View: v.ID, ActionID: "incident_mitigate"}); err != nil {
		t.Fatal(err)
	}
	r.shows(head, "🔵", "1 of 2 firing")
	r.wait("the dialog to say so", func(p *slackfake.Snapshot) bool {
		return len(p.Views(alice)) == 1 && p.Views(alice)[0].Title == "Mitigated"
	})
	r.slash(alice, "resolve")
	r.submit(alice, r.view(alice, "incident_resolve_modal").ID, nil)
	r.shows(head, "🟢", "closed by @alice", "fix: raised the pool", "1 still firing")
	if _, err := r.slack.Press(r.ctx(), slackfake.Press{User: bob, View: late.ID, ActionID: "incident_mitigate"}); err != nil {
		t.Fatal(err)
	}
	r.wait("the dialog that is late to say so", func(p *slackfake.Snapshot) bool {
		return len(p.Views(bob)) == 1 && p.Views(bob)[0].Title == "Not mitigated"
	})
}

func TestInAChannelWithOneLiveIncidentNoIDIsNeeded(t *testing.T) {
	r := newRig(t, setup{})
	r.says(alice, "ack", "which incident?")
	_, first := r.declared(alice, "nobody can pay")
	r.says(alice, "show", "nobody can pay", "Timeline")
	r.says(alice, "declare mails are late", "is declared")
	var second string
	r.wait("the second", func(p *slackfake.Snapshot) bool {
		m := find(p, "mails are late", "nobody has it")
		if m != nil {
			second = about(m)
		}
		return m != nil
	})
	r.says(bob, "ack", "which incident?", first, second, "such as /incident ack INC-")
	r.says(bob, "ack "+first, first+" is yours")
	r.says(bob, "resolve "+second+" restarted the mailer", second+" is resolved")
	r.says(bob, "note it was the disk", "Noted in the timeline of "+first)
}

func TestRunbooksStatsAndStatusAnswerTheOneWhoAsks(t *testing.T) {
	r := newRig(t, setup{})
	r.says(carol, "stats", "No incidents")
	book := engine.Runbook{ID: "RB-POOL", Title: "Database pool is exhausted", ErrorType: "database_timeout", Mitigation: "Throttle connections to 30%", Text: "Look at the pool first.", URL: "https://wiki.example.org/pool"}
	if err := r.engine.AddHistory(t.Context(), nil, []engine.Runbook{book}); err != nil {
		t.Fatal(err)
	}
	id := r.fire("HighErrorRate")
	decision := r.posted("This is *" + id + "*")
	r.says(carol, "runbook RB-POOL", "Database pool is exhausted", "Throttle connections to 30%", "Look at the pool first", "wiki[.]example[.]org/pool")
	r.says(carol, "runbook pool exhausted", "RB-POOL")
	r.says(carol, "show rb-pool", "Database pool is exhausted", "Throttle connections to 30%")
	r.says(carol, "show database pool", "is not an id")
	r.says(carol, "show database", "There is no incident database")
	r.says(carol, "runbook "+id, "What to do")
	r.says(carol, "runbook", "What to do")
	r.says(carol, "runbook qqqq zzzz", "no runbook like")
	r.click(alice, decision.TS, "decision_reject")
	dialog := r.view(alice, "decision_reject_modal").ID
	if s := r.submit(alice, dialog, map[string]map[string]any{"reason": {"reason": "no"}, "correct_incident": {"correct_incident": id}}); !strings.Contains(s.Errors["correct_incident"], "itself") {
		t.Errorf("that it was this incident itself is answered with %q %v", s.Action, s.Errors)
	}
	r.submit(alice, dialog, map[string]map[string]any{"reason": {"reason": "no"}})
	r.posted("❌ Rejected by @alice")
	r.says(carol, "stats", "The last 7 days", "1 incident", "1 critical", "checkout 1", "examples count nowhere")
	r.says(carol, "status", "🟢 Slack: 2 of 2 connections", "🟢 Store", "last from alertmanager", "1 open", "Messages")
}

func TestHelpShowsEightVerbsThenTheRestThenOne(t *testing.T) {
	r := newRig(t, setup{bot: bot.Config{Command: "/fire"}, slack: slackfake.Config{Manifest: slackfake.Manifest{Commands: []string{"/fire"}}}})
	say := func(text string, want ...string) string {
		t.Helper()
		i, err := r.slack.SlashCommand(r.ctx(), slackfake.Command{User: alice, Channel: channel, Command: "/fire", Text: text})
		if err != nil {
			t.Fatal(err)
		}
		got := r.reply(i)
		if !contains(got, want...) || strings.Contains(got, "/incident") {
			t.Errorf("%q answers %s", text, got)
		}
		return got
	}
	if got := say("help", "/fire analyze", "/fire declare", "/fire resolve", "/fire help all"); strings.Count(got, "/fire ") != 9 {
		t.Errorf("help names %d commands, want eight and help itself: %s", strings.Count(got, "/fire ")-1, got)
	}
	say("help all", "Who does what", "/fire severity", "/fire assign", "/fire runbook", "/fire status")
	say("help sev", "/fire severity INC-2026-0042 critical", "other words for it: sev")
	say("asign me", "did you mean assign?", "/fire assign")
	say("mitigat", "did you mean mitigate?")
	say("ack", "which incident?", "/fire ack")
}
