package bot_test

import (
	"context"
	"testing"
	"time"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

func (r *rig) mention(user, thread, text string) {
	r.t.Helper()
	if _, err := r.slack.Mention(user, channel, thread, text); err != nil {
		r.t.Fatal(err)
	}
}

func TestInAnIncidentsThreadNoIDIsNeeded(t *testing.T) {
	r := newRig(t, setup{})
	id := r.fire("HighErrorRate")
	head := r.posted("nobody has it")
	decision := r.posted("This is *" + id + "*")

	r.mention(alice, head.TS, "ack")
	if m := r.whispered(alice, id+" is yours"); m.ThreadTS != head.TS {
		t.Errorf("the answer stands in thread %q", m.ThreadTS)
	}
	r.posted("🟡", "@alice has it")
	r.mention(bob, head.TS, "show")
	r.whispered(bob, "Timeline", "@alice has it")
	r.mention(bob, head.TS, "approve")
	m := r.posted("✅ Approved by @bob", "This is *"+id+"*")
	if m.TS != decision.TS {
		t.Error("the verdict stands in a message of its own")
	}
	r.mention(carol, head.TS, "reject it is the disk")
	r.whispered(carol, "No change", "bob already approved this")
	r.mention(alice, head.TS, "resolve")
	offer := r.whispered(alice, "What fixed "+id+"?")
	if len(offer.Buttons()) != 1 || offer.Buttons()[0].ActionID != "incident_resolve" || offer.Buttons()[0].Value != id {
		t.Errorf("buttons %+v", offer.Buttons())
	}
	r.mention(alice, head.TS, "resolve throttled connections to 30%")
	r.whispered(alice, "now part of history. Its alert still fires: if it is not over, /incident reopen "+id)
	r.posted("🟢", "closed by @alice", "fix: throttled connections to 30%")
	r.mention(bob, head.TS, "resolve something else")
	r.whispered(bob, "No change")
}

func TestClickingTwiceIsNoConflict(t *testing.T) {
	r := newRig(t, setup{})
	r.fire("HighErrorRate")
	head := r.posted("nobody has it")
	done := make(chan struct{})
	for range 2 {
		go func() { // both before the message can change
			defer func() { done <- struct{}{} }()
			_, _ = r.slack.Click(r.ctx(), alice, channel, head.TS, "incident_ack")
		}()
	}
	<-done
	<-done
	r.posted("🟡", "@alice has it")
	r.settled()
	if n := len(r.slack.Snapshot().Ephemerals(alice)); n != 0 {
		t.Errorf("alice is told %d times what she did herself", n)
	}
	if _, err := r.slack.Click(r.ctx(), bob, channel, head.TS, "incident_details"); err != nil {
		t.Fatal(err)
	}
	if m := r.whispered(bob, "Timeline"); m.ThreadTS != "" {
		t.Error("details of a channel message are hidden in its thread")
	}
}

func TestWhatMustBeNoticedIsBroadcast(t *testing.T) {
	r := newRig(t, setup{engine: engine.Config{Routes: []engine.Route{{Channel: channel, Mention: "S0SRE"}}}})
	began := time.Now()
	send := func(name string, severity engine.Severity, status engine.AlertStatus) {
		t.Helper()
		a := engine.Alert{
			Source: "alertmanager", Fingerprint: name, Status: status, Severity: severity, Name: name, Title: name,
			Service: "checkout", Environment: "prod", StartedAt: began,
		}
		if status == engine.AlertResolved {
			ended := time.Now()
			a.EndedAt = &ended
		}
		if _, err := r.engine.Ingest(context.Background(), engine.Delivery{Source: "alertmanager", Alerts: []engine.Alert{a}}); err != nil {
			t.Fatal(err)
		}
	}
	send("Slow", engine.SeverityMedium, engine.Firing)
	r.posted("Slow", "medium")
	send("Down", engine.SeverityCritical, engine.Firing)
	worse := r.posted("Worse", "medium → critical")
	if !worse.Broadcast || worse.ThreadTS == "" {
		t.Errorf("broadcast %v in thread %q", worse.Broadcast, worse.ThreadTS)
	}
	send("Slow", engine.SeverityMedium, engine.AlertResolved)
	send("Down", engine.SeverityCritical, engine.AlertResolved)
	clear := r.posted("All clear")
	if !clear.Broadcast {
		t.Error("the all-clear is an edit nobody notices")
	}
	r.settled()
	p := r.slack.Snapshot()
	for _, ping := range p.Notified() {
		if ping.TS != worse.TS || ping.ID != "S0SRE" {
			t.Errorf("%s pings %s", p.Message(channel, ping.TS).Visible(), ping.ID)
		}
	}
	if len(p.Notified()) != 1 {
		t.Errorf("%d pings, want the one of the worse news", len(p.Notified()))
	}
	if head := p.Timeline(channel); len(head) != 3 || !contains(head[0].Visible(), "🟢", "2 alerts") {
		t.Errorf("the channel shows %d messages, the first %q", len(head), head[0].Visible())
	}
}

func TestEditsOfAllChannelsWaitTogether(t *testing.T) {
	r := newRig(t, setup{})
	r.slash(alice, ask)
	m := r.posted("asked by @alice")
	r.slack.Inject(slackfake.Fault{Method: "chat.update", Status: 429, RetryAfter: time.Second})
	r.click(bob, m.TS, "decision_approve")
	r.counted(bot.CountLimited, 1)
	// New messages are not held up by the window of edits.
	start := time.Now()
	r.slash(alice, "analyze error_type=memory_leak")
	r.posted("memory leak")
	if took := time.Since(start); took > 900*time.Millisecond {
		t.Errorf("a first post waited %s for an edit", took)
	}
	r.posted("✅ Approved by @bob")
	updates := r.wait("two edits", func(p *slackfake.Snapshot) bool { return len(p.Calls("chat.update")) > 1 }).Calls("chat.update")
	if len(updates) < 2 || updates[1].At.Sub(updates[0].At) < 980*time.Millisecond {
		t.Errorf("%d edits, the second too early", len(updates))
	}
}

func TestAPostThatCannotBeRenderedSilencesNobody(t *testing.T) {
	r := newRig(t, setup{})
	id := r.fire("HighErrorRate")
	r.posted("nobody has it")
	err := r.store.Update(t.Context(), func(tx engine.Tx) error {
		bad := engine.Post{Key: "notice:bad", Channel: channel, Kind: engine.PostNotice, Subject: id, Detail: []byte(`"not a notice"`)}
		gone := engine.Post{Key: "decision:gone", Channel: channel, Kind: engine.PostDecision, Subject: "dec_gone"}
		if err := tx.WantPosts(t.Context(), bad, gone); err != nil {
			return err
		}
		return tx.Enqueue(t.Context(), engine.Job{Kind: engine.JobAnnounce, Subject: channel})
	})
	if err != nil {
		t.Fatal(err)
	}
	r.slash(alice, ask)
	r.posted("asked by @alice")
	r.counted(bot.CountDead, 1)
}

func TestBlocksThatSlackRefusesAreSaidAsText(t *testing.T) {
	r := newRig(t, setup{})
	r.slack.Inject(slackfake.Fault{Method: "chat.postMessage", Error: "invalid_blocks"})
	r.slash(alice, ask)
	m := r.posted("Incident Decision: INC-2025-001 · Throttle connections to 30% · 95%")
	if len(m.Blocks) != 0 {
		t.Errorf("it has %d blocks", len(m.Blocks))
	}
}

func TestAMessageThatSomebodyDeletedStaysDeleted(t *testing.T) {
	r := newRig(t, setup{})
	r.slash(alice, ask)
	m := r.posted("asked by @alice")
	r.slack.Inject(slackfake.Fault{Method: "chat.update", Error: "message_not_found"})
	r.click(bob, m.TS, "decision_approve")
	r.counted(bot.CountDead, 1)
	r.settled()
	if n := len(r.slack.Snapshot().BotMessages(channel)); n != 1 {
		t.Errorf("%d messages", n)
	}
}

func TestInAPersonsThreadTheLastAnswerIsMeant(t *testing.T) {
	r := newRig(t, setup{})
	parent, err := r.slack.Say(bob, channel, "", "anybody else seeing this?")
	if err != nil {
		t.Fatal(err)
	}
	r.mention(alice, parent, "why")
	r.whispered(alice, "which incident?")
	r.mention(bob, parent, "database timeouts on checkout, p99 up 450%")
	answer := r.posted("Incident Decision:", "asked by @bob")
	r.mention(bob, parent, "why")
	r.whispered(bob, "confidence 90%", "Speaks for it")
	r.mention(carol, parent, "show")
	r.whispered(carol, "Speaks for it")
	r.mention(alice, parent, "approve")
	if m := r.posted("✅ Approved by @alice"); m.TS != answer.TS {
		t.Error("another answer is approved")
	}
	r.mention(alice, parent, "ack")
	r.whispered(alice, "which incident?", "ack")
}

func TestWhereAnIncidentStandsSinceItGotWorseNoIDIsNeeded(t *testing.T) {
	critical, err := engine.Patterns(map[string]string{"severity": "critical"})
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, setup{engine: engine.Config{Routes: []engine.Route{{Match: critical, Channel: "C0PAGE"}}}})
	r.slack.AddChannel(slackfake.Channel{ID: "C0PAGE", Name: "page", Members: []string{bob, "U0ROF"}})
	_, id := r.declared(alice, "nobody can pay")
	r.says(alice, "severity "+id+" critical", id+" is critical now")
	i, err := r.slack.SlashCommand(r.ctx(), slackfake.Command{User: bob, Channel: "C0PAGE", Command: "/incident", Text: "ack"})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.reply(i); !contains(got, id+" is yours") {
		t.Errorf("it answers %q", got)
	}
}
