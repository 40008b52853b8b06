package bot_test

import (
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// roomed is a rig whose critical incidents get a channel of their own.
func roomed(t *testing.T, adjust func(s *setup)) *rig {
	t.Helper()
	s := setup{bot: bot.Config{
		LinkHosts: []string{"runbooks.example.com"},
		Rooms:     bot.Rooms{Severities: []engine.Severity{engine.SeverityCritical}, Name: "inc-{{id}}", Archive: true},
	}}
	if adjust != nil {
		adjust(&s)
	}
	return newRig(t, s)
}

// channelOf waits for a channel by its name that satisfies a condition.
func (r *rig) channelOf(name string, cond func(*slackfake.Channel) bool) *slackfake.Channel {
	r.t.Helper()
	var found *slackfake.Channel
	r.wait("the channel "+name, func(p *slackfake.Snapshot) bool {
		found = nil
		for n := range p.Channels {
			if c := &p.Channels[n]; c.Name == name && cond(c) {
				found = c
			}
		}
		return found != nil
	})
	return found
}

func (r *rig) critical(name string) string {
	r.t.Helper()
	rec, err := r.engine.Ingest(r.t.Context(), engine.Delivery{Source: "alertmanager", Alerts: []engine.Alert{{
		Fingerprint: name, Status: engine.Firing, Severity: engine.SeverityCritical, Name: name, Title: name, Service: "checkout", Environment: "prod",
		ErrorType: "database_timeout", StartedAt: time.Now(),
		Links: []engine.Link{{Rel: "runbook", URL: "https://runbooks.example.com/checkout"}, {Rel: "dashboard", URL: "https://evil.example/x"}},
	}}})
	if err != nil {
		r.t.Fatal(err)
	}
	return rec.Alerts[0].IncidentID
}

// inRoom waits for a message in a channel.
func (r *rig) inRoom(id string, words ...string) *slackfake.Message {
	r.t.Helper()
	var found *slackfake.Message
	r.wait("a message in "+id, func(p *slackfake.Snapshot) bool {
		found = nil
		for _, m := range p.BotMessages(id) {
			if contains(bare(m.Visible()), words...) {
				found = m
			}
		}
		return found != nil
	})
	return found
}

func TestACriticalIncidentHasAChannelOfItsOwn(t *testing.T) {
	r := roomed(t, func(s *setup) {
		s.engine.Routes = []engine.Route{{Channel: channel, Mention: "S0SRE"}}
	})
	id := r.critical("HighErrorRate")
	name := "inc-" + id[len("INC-"):]
	room := r.channelOf(name, func(c *slackfake.Channel) bool { return len(c.Bookmarks) == 1 && c.Topic != "" })
	if room.Bookmarks[0].Link != "https://runbooks.example.com/checkout" || !contains(room.Topic, id, "critical", "checkout prod", "nobody has it") {
		t.Errorf("topic %q, bookmarks %+v", room.Topic, room.Bookmarks)
	}
	r.headOf(id, "worked on in <#"+room.ID+">")
	summary := r.inRoom(room.ID, "🔴 checkout prod", "nobody has it")
	r.inRoom(room.ID, "HighErrorRate", "from alertmanager")
	advice := r.inRoom(room.ID, "Incident Decision: INC-2025-001")
	r.posted("Incident Decision: INC-2025-001", "This is *"+id+"*")

	i, err := r.slack.Click(r.ctx(), carol, room.ID, summary.TS, "incident_ack")
	if err == nil {
		t.Errorf("carol, who is not in it, clicked %v", i)
	}
	r.slash(alice, "ack "+id)
	r.channelOf(name, func(c *slackfake.Channel) bool {
		return slices.Contains(c.Members, alice) && contains(c.Topic, "@alice has it")
	})
	if _, err := r.slack.Click(r.ctx(), alice, room.ID, advice.TS, "decision_approve"); err != nil {
		t.Fatal(err)
	}
	r.inRoom(room.ID, "✅ Approved by @alice")
	r.posted("✅ Approved by @alice")

	t.Run("where no id is needed", func(t *testing.T) {
		if _, err := r.slack.Mention(alice, room.ID, "", "timeline"); err != nil {
			t.Fatal(err)
		}
		r.told(alice, id, "acknowledged", "worked on in its own channel #"+name)
	})
	r.settled()
	if n := len(r.slack.Snapshot().Notified()); n != 1 {
		t.Errorf("%d pings, want the route's group once", n)
	}
	if calls := r.slack.Snapshot().Calls("conversations.create"); len(calls) != 1 {
		t.Errorf("%d channels were asked for", len(calls))
	}
}

func TestOthersHaveNone(t *testing.T) {
	r := roomed(t, nil)
	id := r.send("Slow", "checkout", engine.Firing, time.Now())
	r.headOf(id, "No confident match")
	r.settled()
	if calls := r.slack.Snapshot().Calls("conversations.create"); len(calls) != 0 {
		t.Errorf("%d channels were asked for", len(calls))
	}
}

func TestARoomIsFoundAgainAfterACrash(t *testing.T) {
	r := roomed(t, nil)
	r.slack.Inject(slackfake.Fault{Method: "conversations.create", DropAfter: true})
	id := r.critical("HighErrorRate")
	room := r.channelOf("inc-"+id[len("INC-"):], func(c *slackfake.Channel) bool { return c.Topic != "" })
	r.inRoom(room.ID, "Incident Decision")
	r.settled()
	opened := 0
	for _, c := range r.slack.Snapshot().Channels {
		if contains(c.Name, "inc-") {
			opened++
		}
	}
	if opened != 1 {
		t.Errorf("%d channels", opened)
	}
}

func TestWithoutTheScopeTheIncidentGoesOnWithout(t *testing.T) {
	log, out := capture()
	r := roomed(t, func(s *setup) { s.log, s.engine.NoServiceGroups = log, true })
	r.slack.Inject(slackfake.Fault{Method: "conversations.create", Error: "missing_scope", Times: -1})
	for _, name := range []string{"One", "Two"} {
		id := r.critical(name)
		r.headOf(id, "nobody has it")
		r.slash(alice, "ack "+id)
		r.headOf(id, "@alice has it")
	}
	r.settled()
	r.wait("both refusals", func(p *slackfake.Snapshot) bool { return len(p.Calls("conversations.create")) == 2 })
	if n := out.count("own channel is not what it should be"); n != 1 {
		t.Errorf("it is logged %d times", n)
	}
}

// roomClosed waits until an incident knows that its room is no more.
func (r *rig) roomClosed(id string) {
	r.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) { // the store cannot be waited for
		d, err := r.engine.Incident(r.t.Context(), id)
		if err == nil && d.RoomClosed {
			return
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("%+v, %v", d.Story, err)
		}
	}
}

func TestARoomIsArchivedAnHourAfterTheEnd(t *testing.T) {
	now := &hands{at: time.Now()}
	r := roomed(t, func(s *setup) { s.bot.Now, s.engine.Now = now.time, now.time })
	id := r.critical("HighErrorRate")
	name := "inc-" + id[len("INC-"):]
	room := r.channelOf(name, func(c *slackfake.Channel) bool { return c.Topic != "" })
	if _, err := r.engine.Resolve(t.Context(), id, engine.Resolution{Actor: "alice", Resolution: "throttled connections to 30%"}); err != nil {
		t.Fatal(err)
	}
	r.inRoom(room.ID, "🟢", "closed by @alice")
	r.settled()
	if r.channelOf(name, func(*slackfake.Channel) bool { return true }).Archived {
		t.Fatal("it is archived at once")
	}
	now.advance(61 * time.Minute)
	if _, err := r.engine.AddNote(t.Context(), id, "alice", "that was it"); err != nil {
		t.Fatal(err)
	}
	r.channelOf(name, func(c *slackfake.Channel) bool { return c.Archived })
	r.roomClosed(id)
	r.settled()
}

func TestARoomThatPeopleArchivedIsLeftAlone(t *testing.T) {
	r := roomed(t, nil)
	id := r.critical("HighErrorRate")
	name := "inc-" + id[len("INC-"):]
	room := r.channelOf(name, func(c *slackfake.Channel) bool { return c.Topic != "" })
	r.inRoom(room.ID, "Incident Decision")
	r.settled()
	if err := r.slack.Archive(room.ID); err != nil {
		t.Fatal(err)
	}
	r.slash(alice, "ack "+id)
	r.headOf(id, "@alice has it")
	r.roomClosed(id)
	r.settled()
}

// hands are those of a clock that a test turns on.
type hands struct {
	mu sync.Mutex
	at time.Time
}

func (h *hands) time() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(time.Millisecond) // it goes on by itself, if slowly
	return h.at
}

func (h *hands) advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

// pages are what was logged.
type pages struct {
	mu    sync.Mutex
	lines []string
}

func capture() (*slog.Logger, *pages) {
	p := &pages{}
	return slog.New(slog.NewTextHandler(p, nil)), p
}

func (p *pages) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines = append(p.lines, string(b))
	return len(b), nil
}

func (p *pages) count(words string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, line := range p.lines {
		if strings.Contains(line, words) {
			n++
		}
	}
	return n
}

// What stands in a room may have been about to be edited when people archived it.
func TestAMessageInARoomThatPeopleArchivedStaysAsItIs(t *testing.T) {
	r := roomed(t, nil)
	id := r.critical("HighErrorRate")
	room := r.channelOf("inc-"+id[len("INC-"):], func(c *slackfake.Channel) bool { return c.Topic != "" })
	r.inRoom(room.ID, "Incident Decision")
	r.settled()
	if err := r.slack.Archive(room.ID); err != nil {
		t.Fatal(err)
	}
	err := r.store.Update(t.Context(), func(tx engine.Tx) error {
		p := engine.Post{Key: "room:incident:" + id, Channel: room.ID, Kind: engine.PostIncident, Subject: id}
		if err := tx.WantPosts(t.Context(), p); err != nil {
			return err
		}
		i, err := tx.Incident(t.Context(), id) // of which the message says something else now
		if err != nil {
			return err
		}
		i.Title = "another title"
		if err := tx.PutIncidents(t.Context(), []engine.Incident{i}); err != nil {
			return err
		}
		return tx.Enqueue(t.Context(), engine.Job{Kind: engine.JobAnnounce, Subject: room.ID})
	})
	if err != nil {
		t.Fatal(err)
	}
	r.counted(bot.CountDead, 1)
	r.settled()
}
