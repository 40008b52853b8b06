package bot_test

import (
	"strings"
	"testing"
	"time"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// send delivers an observation of a series.
func (r *rig) send(name, service string, status engine.AlertStatus, began time.Time) string {
	r.t.Helper()
	a := engine.Alert{
		Fingerprint: "fp" + strings.ToLower(name), Status: status, Severity: engine.SeverityHigh, Name: name, Title: name,
		Service: service, Environment: "prod", StartedAt: began,
	}
	if status == engine.AlertResolved {
		now := time.Now()
		a.EndedAt = &now
	}
	rec, err := r.engine.Ingest(r.t.Context(), engine.Delivery{Source: "alertmanager", Alerts: []engine.Alert{a}})
	if err != nil {
		r.t.Fatal(err)
	}
	return rec.Alerts[0].IncidentID
}

// headOf waits for an incident's own message.
func (r *rig) headOf(id string, words ...string) *slackfake.Message {
	r.t.Helper()
	var found *slackfake.Message
	r.wait("the message of "+id, func(p *slackfake.Snapshot) bool {
		found = nil
		for _, m := range p.BotMessages(channel) {
			if m.Metadata != nil && m.Metadata.Payload["post"] == "incident:"+id && contains(bare(m.Visible()), words...) {
				found = m
			}
		}
		return found != nil
	})
	return found
}

// bare is a message without its formatting.
func bare(s string) string { return strings.NewReplacer("*", "", "`", "").Replace(s) }

// told waits for an answer to a person alone.
func (r *rig) told(user string, words ...string) *slackfake.Message {
	r.t.Helper()
	var found *slackfake.Message
	r.wait("an answer with "+strings.Join(words, ", "), func(p *slackfake.Snapshot) bool {
		for _, m := range p.Ephemerals(user) {
			if contains(bare(m.Visible()), words...) {
				found = m
			}
		}
		return found != nil
	})
	return found
}

// inThread waits for a reply with the words.
func (r *rig) inThread(ts string, words ...string) *slackfake.Message {
	r.t.Helper()
	var found *slackfake.Message
	r.wait("a reply with "+strings.Join(words, ", "), func(p *slackfake.Snapshot) bool {
		found = nil
		for _, m := range p.Thread(channel, ts) {
			if contains(bare(m.Visible()), words...) {
				found = m
			}
		}
		return found != nil
	})
	return found
}

func TestTwoIncidentsAreMergedAndTakenApartAgain(t *testing.T) {
	r := newRig(t, setup{})
	began := time.Now()
	checkout := r.send("CheckoutSlow", "checkout", engine.Firing, began)
	cart := r.send("CartDown", "cart", engine.Firing, began)
	to, from := r.headOf(checkout), r.headOf(cart)

	r.mention(alice, from.TS, "merge into "+checkout)
	r.told(alice, cart+" is merged into "+checkout, "2 alerts", "/incident split "+checkout)
	r.headOf(cart, "🟢", "merged into "+checkout, "its alerts go there")
	for _, what := range []string{"resolve restarted it", "update all well"} { // who merged it has not said this
		r.mention(alice, from.TS, what)
		r.told(alice, cart+" was merged into "+checkout)
	}
	r.headOf(checkout, "2 alerts", "with the alerts of "+cart)
	if m := r.inThread(to.TS, cart+" merged into this by @alice"); m.Broadcast {
		t.Error("what alice did is told to the whole channel")
	}
	r.inThread(from.TS, "Merged into "+checkout)
	r.inThread(to.TS, "1 alert joined", "merged from "+cart, "split NAME")

	r.mention(bob, to.TS, "split CartDown")
	r.told(bob, "is an incident of its own now", "CartDown", "/incident merge")
	r.headOf(checkout, "checkout prod")
	r.inThread(to.TS, "1 alert taken out by @bob")
	var fresh string
	r.wait("the new incident's message", func(p *slackfake.Snapshot) bool {
		m := find(p, "taken out of `"+checkout, "CartDown")
		if m != nil {
			fresh = m.Metadata.Payload["post"].(string)
		}
		return m != nil
	})

	id := strings.TrimPrefix(fresh, "incident:")
	r.mention(carol, to.TS, "link "+id)
	r.told(carol, checkout+" and "+id+" are related")
	r.headOf(checkout, "related to "+id)
	r.headOf(id, "related to "+checkout)

	for text, want := range map[string]string{
		"merge " + checkout:                    "which two?",
		"merge " + cart + " " + checkout:       "was merged into " + checkout,
		"merge " + id + " INC-2025-001":        "INC-2025-001 is history",
		"merge " + checkout + " " + checkout:   "is this incident itself",
		"link " + checkout + " INC-2031-00001": "there is no incident INC-2031-00001",
		"split " + checkout:                    "nothing joined it",
		"split " + checkout + " Nonsense":      "\"Nonsense\" is none of its alerts",
	} {
		if got := bare(r.reply(r.slash(carol, text))); !contains(strings.ToLower(got), strings.ToLower(want)) {
			t.Errorf("%q answers %q, want %q", text, got, want)
		}
	}
}

func TestAJoinSaysWhyOnceAndHowToMendIt(t *testing.T) {
	r := newRig(t, setup{})
	began := time.Now()
	id := r.send("CheckoutSlow", "checkout", engine.Firing, began)
	head := r.headOf(id)
	for _, name := range []string{"CheckoutErrors", "CheckoutQueue", "CheckoutDisk"} {
		r.send(name, "checkout", engine.Firing, began)
	}
	m := r.inThread(head.TS, "3 alerts joined", "CheckoutDisk", "joined: same service and environment, 0 s after the one before", "split NAME")
	r.headOf(id, "4 alerts")
	if m.Broadcast {
		t.Error("alerts that join are told to the whole channel")
	}
	r.settled()
	if n := len(r.slack.Snapshot().Timeline(channel)); n != 1 {
		t.Errorf("%d messages in the channel, want the summary alone", n)
	}
	r.click(bob, m.TS, "incident_split")
	r.told(bob, "CheckoutDisk", "/incident split "+id+" fpcheckoutdisk")
	if got := bare(r.reply(r.slash(bob, "split "+id+" fpcheckoutdisk"))); !contains(got, "is an incident of its own now", "CheckoutDisk") {
		t.Errorf("it answers %q", got)
	}
	r.inThread(head.TS, "2 alerts joined")
	r.headOf(id, "3 alerts")
}

func TestANewAlertAfterTheAcknowledgementIsToldInTheChannel(t *testing.T) {
	r := newRig(t, setup{})
	began := time.Now()
	id := r.send("CheckoutSlow", "checkout", engine.Firing, began)
	head := r.headOf(id)
	r.click(alice, head.TS, "incident_ack")
	r.headOf(id, "@alice has it")
	r.send("CheckoutErrors", "checkout", engine.Firing, began)
	if m := r.inThread(head.TS, "New alert after @alice took it: CheckoutErrors"); !m.Broadcast {
		t.Error("nobody is told")
	}
}

func TestAnOwnedIncidentIsProposedForClosing(t *testing.T) {
	r := newRig(t, setup{})
	began := time.Now()
	id := r.send("CheckoutSlow", "checkout", engine.Firing, began)
	head := r.headOf(id)
	r.click(alice, head.TS, "incident_ack")
	r.headOf(id, "@alice has it")
	r.slash(alice, "assign "+id+" me")
	r.headOf(id, "owner")
	r.send("CheckoutSlow", "checkout", engine.AlertResolved, began)
	m := r.inThread(head.TS, "All clear", "@alice closes it")
	r.headOf(id, "🟡", "all clear since")
	if !m.Broadcast || len(m.Buttons()) != 1 {
		t.Fatalf("broadcast %v with %d buttons", m.Broadcast, len(m.Buttons()))
	}
	r.click(alice, m.TS, "incident_resolve")
	v := r.view(alice, "incident_resolve_modal")
	r.submit(alice, v.ID, map[string]map[string]any{"outcome": {"outcome": "fixed"}, "resolution": {"resolution": "raised the pool"}})
	r.headOf(id, "🟢", "closed by @alice", "raised the pool")
}

func TestAFlappingIncidentIsCountedInItsSummary(t *testing.T) {
	r := newRig(t, setup{bot: bot.Config{Pace: engine.Pace{Burst: 50, Every: 20 * time.Millisecond}}, slack: slackfake.Config{Pace: slackfake.Pace{Off: true}}})
	began := time.Now().Add(-30 * time.Minute)
	id := r.send("CheckoutSlow", "checkout", engine.Firing, began)
	head := r.headOf(id)
	for range 6 {
		r.send("CheckoutSlow", "checkout", engine.AlertResolved, began)
		began = time.Now()
		r.send("CheckoutSlow", "checkout", engine.Firing, began)
	}
	if m := r.inThread(head.TS, "Flapping: fired again 3 times"); !m.Broadcast {
		t.Error("that it flaps is not told")
	}
	r.headOf(id, "🟠", "flapping", "fired again 6 times", "fires now")
	r.settled()
	told := 0
	for _, m := range r.slack.Snapshot().Thread(channel, head.TS) {
		if m.Broadcast {
			told++
		}
	}
	if told != 6 {
		t.Errorf("%d broadcasts; want three times all clear, two times fired again, and that it flaps", told)
	}
}

func TestPinsAndTheEmojiWriteTheTimeline(t *testing.T) {
	r := newRig(t, setup{bot: bot.Config{Emoji: "memo"}})
	id := r.send("CheckoutSlow", "checkout", engine.Firing, time.Now())
	head := r.headOf(id)
	say := func(text string) string {
		ts, err := r.slack.Say(bob, channel, head.TS, text)
		if err != nil {
			t.Fatal(err)
		}
		return ts
	}
	pinned, marked, other := say("pool is at 200, trying 60"), say("root cause: <!channel> the deploy"), say("me too")
	outside, err := r.slack.Say(bob, channel, "", "lunch?")
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		r.slack.PinMessage(alice, channel, pinned), r.slack.AddReaction(carol, channel, pinned, "memo"), r.slack.AddReaction(alice, channel, pinned, "memo"),
		r.slack.AddReaction(alice, channel, marked, "memo"), r.slack.AddReaction(alice, channel, other, "eyes"),
		r.slack.AddReaction(alice, channel, outside, "memo"), r.slack.AddReaction(alice, channel, head.TS, "memo"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	r.counted(bot.CountReceived, 6)
	var notes []engine.Entry
	for deadline := time.Now().Add(20 * time.Second); len(notes) < 2; time.Sleep(5 * time.Millisecond) { // the store cannot be waited for
		if time.Now().After(deadline) {
			t.Fatalf("%d notes %+v", len(notes), notes)
		}
		d, err := r.engine.Incident(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		notes = nil
		for _, e := range d.Timeline {
			if e.Kind == "note" {
				notes = append(notes, e)
			}
		}
	}
	r.mention(carol, head.TS, "timeline")
	m := r.told(carol, "fired", "@bob", "pool is at 200, trying 60", "the deploy")
	if len(notes) != 2 || strings.Contains(m.Visible(), "me too") || strings.Contains(m.Visible(), "lunch") {
		t.Errorf("notes %+v; answer %q", notes, m.Visible())
	}
	if n := len(r.slack.Snapshot().Pings()); n != 0 {
		t.Errorf("a quoted message pings %d times", n)
	}
}

func TestALateJoinerCatchesUp(t *testing.T) {
	r := newRig(t, setup{})
	id := r.fire("HighErrorRate")
	head := r.headOf(id)
	advice := r.posted("This is *" + id + "*")
	r.click(alice, head.TS, "incident_ack")
	r.click(alice, advice.TS, "decision_approve")
	r.posted("✅ Approved by @alice")
	r.mention(carol, head.TS, "catchup")
	r.told(carol, "@alice has it", "Looks like", "INC-2025-001", "Tried", "approved by alice", "Next", "say whether it helped", "last update")
	if got := bare(r.reply(r.slash(carol, "catchup INC-2025-001"))); !contains(got, "history", "What fixed it") {
		t.Errorf("of history it tells %q", got)
	}
	if got := bare(r.reply(r.slash(bob, "handoff"))); !contains(got, "Handoff", id, "@alice has it", "Nobody said whether it helped", "/incident outcome worked dec_") {
		t.Errorf("the next shift is told %q", got)
	}
}

func TestThePostmortemIsUploadedOnce(t *testing.T) {
	r := newRig(t, setup{})
	id := r.fire("HighErrorRate")
	head := r.headOf(id)
	r.posted("This is *" + id + "*")
	r.mention(alice, head.TS, "postmortem")
	r.told(alice, "The draft of "+id+" is in its thread")
	if got := bare(r.reply(r.slash(bob, "postmortem "+id))); !contains(got, "stands in its thread") {
		t.Errorf("the second time it answers %q", got)
	}
	files := r.slack.Snapshot().Files()
	if len(files) != 1 || files[0].Title != id+"-postmortem.md" || files[0].Channel != channel || !contains(string(files[0].Content), "## Root cause", "id: \""+id+"\"", "fired: HighErrorRate") {
		t.Fatalf("%d files: %+v", len(files), files)
	}
	if m := r.slack.Snapshot().Message(channel, files[0].TS); m == nil || m.ThreadTS != head.TS {
		t.Error("it is not in the thread")
	}

	t.Run("anew where something happened since", func(t *testing.T) {
		if _, err := r.engine.Resolve(t.Context(), id, engine.Resolution{Actor: "alice", Resolution: "throttled connections to 30%"}); err != nil {
			t.Fatal(err)
		}
		r.headOf(id, "closed by @alice")
		r.reply(r.slash(bob, "postmortem "+id))
		files := r.slack.Snapshot().Files()
		if len(files) != 2 || !contains(string(files[1].Content), "throttled connections to 30%") {
			t.Errorf("%d files", len(files))
		}
	})
	t.Run("not again where the answer was lost", func(t *testing.T) {
		if _, err := r.engine.AddNote(t.Context(), id, "bob", "todo: alert on the pool"); err != nil {
			t.Fatal(err)
		}
		r.slack.Inject(slackfake.Fault{Method: "files.completeUploadExternal", DropAfter: true})
		r.slash(carol, "postmortem "+id)
		r.wait("a third file", func(p *slackfake.Snapshot) bool { return len(p.Files()) == 3 && p.Files()[2].Shared })
		r.wait("the second try", func(p *slackfake.Snapshot) bool { return len(p.Calls("files.completeUploadExternal")) >= 4 })
		if n := len(r.slack.Snapshot().Files()); n != 3 {
			t.Errorf("%d files", n)
		}
	})
}

func TestWhatIsAskedOfAMergedIncidentLeadsToTheOther(t *testing.T) {
	r := newRig(t, setup{})
	from, to := r.fireOn("CartErrors", "cart"), r.fireOn("HighErrorRate", "checkout")
	head := r.posted("CartErrors", "nobody has it")
	r.posted("This is *"+from+"*", "Confidence")
	r.says(alice, "merge "+from+" "+to, "is merged into "+to)
	advice := r.posted("This is *" + from + "* · merged into `" + to + "`")
	if contains(advice.Visible(), "resolved") {
		t.Errorf("its advice says %s", advice.Visible())
	}
	for _, text := range []string{"ack", "resolve", "assign me", "mitigate"} {
		r.mention(bob, head.TS, text)
		r.wait("an answer to "+text, func(p *slackfake.Snapshot) bool {
			said := p.Ephemerals(bob)
			return len(said) > 0 && contains(said[len(said)-1].Visible(), from+" was merged into "+to)
		})
		r.mention(bob, head.TS, "help")
		r.wait("the help", func(p *slackfake.Snapshot) bool {
			said := p.Ephemerals(bob)
			return contains(said[len(said)-1].Visible(), "open an incident that no alert told of")
		})
	}
}

func TestWhatWorkedWaitsForNobody(t *testing.T) {
	r := newRig(t, setup{bot: soonHome()})
	id := r.fire("HighErrorRate")
	r.posted("This is *"+id+"*", "Approve")
	r.opens(alice)
	r.homeOf(alice, "Waiting for a verdict")
	r.says(alice, "outcome worked "+id, "it worked")
	advice := r.posted("This is *"+id+"*", "It worked, says @alice")
	if contains(advice.Visible(), "Approve") {
		t.Errorf("it still asks for a verdict: %s", advice.Visible())
	}
	r.wait("a home tab on which nothing waits", func(p *slackfake.Snapshot) bool {
		v, ok := p.Home(alice)
		return ok && contains(viewSays(v), id) && !contains(viewSays(v), "Waiting for a verdict")
	})
}

func TestAHintCanBeTypedAsItStands(t *testing.T) {
	r := newRig(t, setup{})
	r.fireOn("CartErrors", "cart")
	last := r.fireOn("HighErrorRate", "checkout")
	r.says(alice, "outcome worked", "such as /incident outcome worked "+last)
	r.says(alice, "assign me", "such as /incident assign "+last+" me")
	r.says(alice, "why INC-2026-0099", "There is no incident INC-2026-0099")
	r.says(alice, "why INC-2025-001", "INC-2025-001 is history", "/incident show INC-2025-001")
}

func TestWhoTypesACommandTwiceIsToldThatItIsDone(t *testing.T) {
	r := newRig(t, setup{})
	id := r.fire("HighErrorRate")
	r.posted("This is *"+id+"*", "Approve")
	for _, text := range []string{"ack " + id, "approve " + id, "resolve " + id + " throttled connections to 30%"} {
		if first := r.reply(r.slash(alice, text)); contains(first, "No change") {
			t.Errorf("%q answers %q", text, first)
		}
		r.says(alice, text, "No change", "already")
	}
}
