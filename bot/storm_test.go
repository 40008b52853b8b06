package bot_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// quick is a pace ten times as fast as Slack's.
func quick() setup {
	return setup{
		slack:  slackfake.Config{Pace: slackfake.Pace{Every: 80 * time.Millisecond, Burst: 15}},
		bot:    bot.Config{Pace: engine.Pace{Burst: 10, Every: 100 * time.Millisecond}},
		engine: engine.Config{NoServiceGroups: true},
	}
}

// burst fires many alerts at once, each an incident of its own.
func (r *rig) burst(n int, severity engine.Severity) (ids []string) {
	r.t.Helper()
	var alerts []engine.Alert
	for k := range n {
		alerts = append(alerts, engine.Alert{
			Fingerprint: fmt.Sprint(severity, k), Status: engine.Firing, Severity: severity, Title: fmt.Sprintf("storm %d", k),
			Service: fmt.Sprintf("service%d", k%7), ErrorType: "database_timeout", StartedAt: time.Now(),
		})
	}
	rec, err := r.engine.Ingest(context.Background(), engine.Delivery{Source: "alertmanager", Alerts: alerts})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, a := range rec.Alerts {
		ids = append(ids, a.IncidentID)
	}
	return ids
}

// told counts how many messages of the channel have a text.
func told(p *slackfake.Snapshot, words string) (n int) {
	for _, m := range p.Timeline(channel) {
		if strings.Contains(m.Visible(), words) {
			n++
		}
	}
	return n
}

func TestAStormIsOneDigestAndNotAFlood(t *testing.T) {
	r := newRig(t, quick())
	ids := r.burst(60, engine.SeverityHigh)
	r.posted("Storm:", "not over yet", " more: ")
	r.settled()
	p := r.slack.Snapshot()
	if n := r.counts.of(bot.CountLimited); n != 0 {
		t.Errorf("Slack had to say stop %d times", n)
	}
	if n := len(p.Timeline(channel)); n > 20 {
		t.Errorf("%d messages in the channel for %d incidents; want some and a digest", n, len(ids))
	}
	// What it tells alone can be had as a message of its own, thread and all.
	digest := find(p, "Storm:")
	show := digest.Buttons()[0]
	if _, err := r.slack.Press(r.ctx(), slackfake.Press{User: alice, Channel: channel, TS: digest.TS, ActionID: "incident_show", Value: show.Value}); err != nil {
		t.Fatal(err)
	}
	r.wait("a message of its own", func(p *slackfake.Snapshot) bool {
		for _, m := range p.Timeline(channel) {
			if m.TS != digest.TS && strings.Contains(m.Visible(), show.Value) {
				return len(p.Thread(channel, m.TS)) >= 2
			}
		}
		return false
	})
	// It is not told by the next digest again, whatever else waits.
	if err := r.store.View(t.Context(), func(in engine.Reader) error {
		post, err := in.Post(t.Context(), "incident:"+show.Value)
		if err == nil && (post.Digest != "" || post.Told == "") {
			t.Errorf("it could be told again: %+v", post)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	// What somebody works on has one, too.
	if _, err := r.engine.Acknowledge(t.Context(), ids[len(ids)-1], "bob"); err != nil {
		t.Fatal(err)
	}
	r.posted("🟡", ids[len(ids)-1], "@bob has it")
}

// TestAStormThatNeverPausesIsToldAllTheSame has more incidents begin before each
// look at the channel than a digest needs, so that there is always something to gather.
func TestAStormThatNeverPausesIsToldAllTheSame(t *testing.T) {
	const looks = 200
	r := newRig(t, setup{idle: true})
	r.halt()
	var looked atomic.Int64
	var told atomic.Bool
	begin := func() {
		n := looked.Add(1)
		if n > looks || told.Load() {
			return
		}
		var alerts []engine.Alert
		for k := range 12 {
			alerts = append(alerts, engine.Alert{
				Fingerprint: fmt.Sprint(n, k), Status: engine.Firing, Severity: engine.SeverityMedium, Title: fmt.Sprintf("storm %d-%d", n, k), StartedAt: time.Now(),
			})
		}
		if _, err := r.engine.Ingest(context.Background(), engine.Delivery{Source: "alertmanager", Alerts: alerts}); err != nil {
			t.Error(err)
		}
	}
	r.openWith(quick(), &flaky{before: begin})
	r.connected()
	r.burst(1, engine.SeverityMedium)
	r.wait("a digest", func(p *slackfake.Snapshot) bool {
		told.Store(find(p, "Storm:") != nil)
		return told.Load()
	})
	if n := looked.Load(); n > looks {
		t.Errorf("the channel heard of it only when nothing new began: after %d looks", n)
	}
}

func TestInAStormCriticalIncidentsAreToldFirstAndEachHasItsMessage(t *testing.T) {
	s := quick()
	s.engine.Routes = []engine.Route{{Channel: channel, Mention: "S0SRE"}}
	r := newRig(t, s)
	r.burst(40, engine.SeverityMedium)
	ids := r.burst(25, engine.SeverityCritical)
	p := r.wait("each critical incident's own message", func(p *slackfake.Snapshot) bool {
		for _, id := range ids {
			own := false
			for _, m := range p.Timeline(channel) {
				own = own || strings.Contains(m.Visible(), "`"+id+"`") && strings.Contains(m.Visible(), "storm") && !strings.Contains(m.Visible(), "critical incidents at once")
			}
			if !own {
				return false
			}
		}
		return true
	})
	digests := told(p, "critical incidents at once") + told(p, "Storm:")
	if digests < 2 {
		t.Errorf("%d digests; want one for the storm and one for what is critical", digests)
	}
	r.settled()
	p = r.slack.Snapshot()
	if n, most := len(p.Timeline(channel)), 65+digests; n > most {
		t.Errorf("%d messages in the channel, want at most %d", n, most)
	}
	// The digest pings for all that it tells, so their own messages do not.
	pings := 0
	for _, g := range p.Notified() {
		if g.Kind == "subteam" {
			pings++
		}
	}
	if own := 25 - 6; pings >= own {
		t.Errorf("%d pings for 25 critical incidents", pings)
	}
	if r.counts.of(bot.CountLimited) != 0 {
		t.Error("Slack had to say stop")
	}
}

func TestAMessageToldByADigestThatTurnsCriticalStandsForItself(t *testing.T) {
	r := newRig(t, quick())
	ids := r.burst(40, engine.SeverityMedium)
	r.posted("Storm:")
	r.settled()
	p := r.slack.Snapshot()
	n := -1
	for k, id := range ids {
		if told(p, "`"+id+"`") == 0 || find(p, "Storm:", "`"+id+"`") != nil {
			n = k
		}
	}
	if n < 0 {
		t.Fatal("the digest tells nothing")
	}
	_, err := r.engine.Ingest(t.Context(), engine.Delivery{Source: "alertmanager", Alerts: []engine.Alert{{
		Fingerprint: fmt.Sprint(engine.SeverityMedium, n), Status: engine.Firing, Severity: engine.SeverityCritical, Title: fmt.Sprintf("storm %d", n), StartedAt: time.Now(),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	r.wait("a message of its own", func(p *slackfake.Snapshot) bool {
		for _, m := range p.Timeline(channel) {
			if contains(m.Visible(), "`"+ids[n]+"`", "critical") && !strings.Contains(m.Visible(), "Storm:") {
				return true
			}
		}
		return false
	})
}

func TestQuietHoursEndInOneDigest(t *testing.T) {
	s := quick()
	var ahead atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	const day = 24 * time.Hour
	clock := now().Sub(now().Truncate(day))
	s.engine.Now, s.bot.Now = now, now
	s.engine.Routes = []engine.Route{{Channel: channel, Quiet: &engine.Quiet{
		From: (clock - time.Hour + day) % day, To: (clock + time.Hour) % day, Zone: time.UTC, Below: engine.SeverityHigh,
	}}}
	r := newRig(t, s)
	low := r.burst(8, engine.SeverityLow)
	r.burst(1, engine.SeverityHigh)
	r.posted("storm 0", "high")
	if p := r.slack.Snapshot(); told(p, "*low*") != 0 || told(p, "quiet hours") != 0 {
		t.Error("what is low is told in quiet hours")
	}
	ahead.Store(int64(2 * time.Hour))
	if err := r.store.Update(t.Context(), func(tx engine.Tx) error {
		return tx.Enqueue(t.Context(), engine.Job{Kind: engine.JobAnnounce, Subject: channel})
	}); err != nil {
		t.Fatal(err)
	}
	m := r.posted("In the quiet hours: 8 incidents", low[0], low[7])
	if len(m.Buttons()) != 8 {
		t.Errorf("%d buttons, want one for each that still fires", len(m.Buttons()))
	}
	if _, err := r.engine.Acknowledge(t.Context(), low[3], "bob"); err != nil {
		t.Fatal(err)
	}
	r.posted("🟡", low[3], "@bob has it")
}
