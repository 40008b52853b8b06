package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

// silenced proposes and confirms a silence.
func (r *rig) silenced(s engine.Silence) engine.SilencePreview {
	r.t.Helper()
	if s.By == "" {
		s.By = "alice"
	}
	p, err := r.ProposeSilence(r.t.Context(), s)
	if err != nil {
		r.t.Fatal(err)
	}
	if p, err = r.ConfirmSilence(r.t.Context(), p.ID, s.By); err != nil {
		r.t.Fatal(err)
	}
	return p
}

func onCheckout() engine.Silence {
	return engine.Silence{Match: []engine.Matcher{{Name: "service", Value: "checkout"}}, For: time.Hour, Reason: "deploy"}
}

// run does what a job of the engine does.
func (r *rig) run(kind, subject string) error {
	r.t.Helper()
	for _, w := range r.Workers() {
		if w.Kind == kind {
			return w.Do(r.t.Context(), subject)
		}
	}
	r.t.Fatalf("nobody does %s", kind)
	return nil
}

// postsOf are the wanted posts of an incident, by kind.
func (r *rig) postsOf(id string) (kinds []string) {
	for _, p := range r.posts() {
		if strings.Contains(p.Key, id) || strings.Contains(p.Parent, id) {
			kinds = append(kinds, p.Kind)
		}
	}
	return kinds
}

func TestASilencedAlertIsRecordedAndNotAnnounced(t *testing.T) {
	r := newRig(t)
	r.silenced(onCheckout())
	id := r.ingest(alert("a", critical)).Alerts[0].IncidentID
	d := r.detail(id)
	if d.Muted == nil || d.Muted.By != "alice" || !d.Muted.Until.Equal(r.clock.Now().Add(time.Hour)) || d.Status != engine.Open || len(d.Alerts) != 1 {
		t.Fatalf("%+v", d.Incident)
	}
	if err := r.run(engine.JobDecide, id); err != nil {
		t.Fatal(err)
	}
	if got := r.postsOf(id); len(got) != 0 {
		t.Errorf("%v is wanted of what is silenced", got)
	}
	if len(r.detail(id).Decisions) != 1 {
		t.Error("there is no decision")
	}

	// Its end is not the end of the incident: what still fires is announced then,
	// with the decision that was made meanwhile.
	r.clock.Advance(59 * time.Minute)
	if err := r.run(engine.JobUnmute, id); err != nil || len(r.postsOf(id)) != 0 {
		t.Errorf("before the end: %v, %v", r.postsOf(id), err)
	}
	r.clock.Advance(time.Minute)
	if err := r.run(engine.JobUnmute, id); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(r.postsOf(id), " "); got != "incident alert decision" {
		t.Errorf("wanted: %s", got)
	}
	if d := r.detail(id); d.Muted != nil || d.UrgentAt.IsZero() || d.Timeline[len(d.Timeline)-1].Kind != "announced" {
		t.Errorf("%+v", d)
	}
}

func TestWhatJoinsAndIsNotSilencedIsAnnounced(t *testing.T) {
	r := newRig(t)
	r.silenced(engine.Silence{Match: []engine.Matcher{{Name: "instance", Value: "a"}}, For: time.Hour})
	id := r.ingest(alert("a")).Alerts[0].IncidentID
	if r.detail(id).Muted == nil {
		t.Fatal("not silenced")
	}
	if again := r.ingest(alert("b")).Alerts[0].IncidentID; again != id {
		t.Fatalf("%s joined %s", again, id)
	}
	if d := r.detail(id); d.Muted != nil || d.Channel != "C0OPS" || len(r.postsOf(id)) == 0 {
		t.Errorf("%+v, posts %v", d.Incident, r.postsOf(id))
	}
}

func TestASilenceOfAnIncidentIsOfItsAlertsLabels(t *testing.T) {
	r := newRig(t)
	with := func(labels map[string]string) func(*engine.Alert) {
		return func(a *engine.Alert) { a.Labels = labels }
	}
	id := r.ingest(alert("a", with(map[string]string{"alertname": "Slow", "pod": "1"})), alert("b", with(map[string]string{"alertname": "Slow", "pod": "2"}))).Alerts[0].IncidentID
	other := r.ingest(alert("c", with(map[string]string{"alertname": "Slow"}), func(a *engine.Alert) { a.Service = "cart" })).Alerts[0].IncidentID
	p, err := r.ProposeSilence(t.Context(), engine.Silence{IncidentID: id, By: "alice", For: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if p.Words() != "alertname=Slow" || p.Series != 3 || len(p.Incidents) != 2 || p.Whole != 2 || p.Reach != engine.ReachSlack {
		t.Errorf("%+v", p)
	}
	if d := r.detail(id); d.Muted != nil {
		t.Error("a proposal silences already")
	}
	before := len(r.notices())
	if _, err := r.ConfirmSilence(t.Context(), p.ID, "alice"); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{id, other} {
		if d := r.detail(id); d.Muted == nil || d.Channel == "" || d.Timeline[len(d.Timeline)-1].Kind != "silenced" {
			t.Errorf("%+v", d.Incident)
		}
	}
	// It stands in the channel already: it is edited there, and tells nobody.
	r.ingest(alert("a", critical, with(map[string]string{"alertname": "Slow", "pod": "1"})))
	if d := r.detail(id); d.Severity != engine.SeverityCritical || !d.UrgentAt.IsZero() || len(r.notices()) != before {
		t.Errorf("%+v, notices %v", d.Incident, r.notices())
	}
}

func TestASilenceEnds(t *testing.T) {
	r := newRig(t)
	id := r.ingest(alert("a", critical)).Alerts[0].IncidentID
	p := r.silenced(onCheckout())
	if r.detail(id).Muted == nil {
		t.Fatal("not silenced")
	}
	if _, err := r.EndSilence(t.Context(), p.ID, "bob"); err != nil {
		t.Fatal(err)
	}
	for _, subject := range []string{p.ID, id} {
		if err := r.run(engine.JobUnmute, subject); err != nil {
			t.Fatal(err)
		}
	}
	if r.detail(id).Muted != nil || !strings.Contains(strings.Join(r.notices(), ""), "unsilenced") {
		t.Errorf("%+v", r.detail(id).Incident)
	}
	_, err := r.EndSilence(t.Context(), p.ID, "bob")
	wantKind(t, err, engine.Conflict)
	if list, err := r.Silences(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

func TestASilenceIsOverAlsoWhereNothingFires(t *testing.T) {
	ann := engine.Person{ID: "U0ANN", Name: "ann"}
	for name, over := range map[string]func(*rig, *engine.SilencePreview){
		"by its time": func(r *rig, _ *engine.SilencePreview) { r.clock.Advance(time.Hour) },
		"before its time": func(r *rig, p *engine.SilencePreview) {
			if _, err := r.EndSilence(r.t.Context(), p.ID, "bob"); err != nil {
				r.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			id := r.ingest(alert("a", critical)).Alerts[0].IncidentID
			if _, err := r.Assign(t.Context(), id, ann, &ann); err != nil {
				t.Fatal(err)
			}
			p := r.silenced(onCheckout())
			r.clock.Advance(time.Minute)
			r.ingest(alert("a", critical, ended(r.clock.Now())))
			err := r.run(engine.JobUnmute, id)
			if d := r.detail(id); err != nil || d.Muted == nil || !d.Clear() {
				t.Fatalf("while it lasts: %v, %+v", err, d.Incident)
			}
			before := len(r.notices())
			over(r, &p)
			r.work(engine.JobUnmute, p.ID)
			r.work(engine.JobUnmute, id)
			if m := r.detail(id).Muted; m != nil {
				t.Errorf("it is still %s, until %s", m.Words(), m.Until)
			}
			if got := r.notices()[before:]; len(got) > 0 {
				t.Errorf("told %v; nothing fires", got)
			}
		})
	}
}

func TestWhatIsReopenedIsMutedOnlyByWhatHoldsThen(t *testing.T) {
	r := newRig(t)
	r.silenced(onCheckout())
	id := r.ingest(alert("a")).Alerts[0].IncidentID
	resolve := func() {
		if _, err := r.Resolve(t.Context(), id, engine.Resolution{Actor: "ann", Resolution: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	reopen := func() engine.Incident {
		i, err := r.Reopen(t.Context(), id, "ann")
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	resolve()
	if i := reopen(); i.Muted == nil {
		t.Error("it is muted no more, though the silence goes on")
	}
	resolve()
	r.clock.Advance(2 * time.Hour)
	r.work(engine.JobUnmute, id)
	if i := reopen(); i.Muted != nil || i.Channel != "C0OPS" {
		t.Errorf("muted by %+v, in channel %q; want it told now", i.Muted, i.Channel)
	}
	if got := strings.Join(r.postsOf(id), " "); !strings.Contains(got, "incident") {
		t.Errorf("wanted: %s", got)
	}
}

func TestASilenceIsCheckedBeforeItCounts(t *testing.T) {
	r := newRig(t)
	for want, change := range map[string]func(*engine.Silence){
		"say for how long":           func(s *engine.Silence) { s.For = 0 },
		"at most 12h":                func(s *engine.Silence) { s.For = 13 * time.Hour },
		"say what":                   func(s *engine.Silence) { s.Match = nil },
		"say who":                    func(s *engine.Silence) { s.By = " " },
		"there is no incident INC-1": func(s *engine.Silence) { s.Match, s.IncidentID = nil, "INC-1" },
	} {
		s := onCheckout()
		s.By = "alice"
		change(&s)
		if _, err := r.ProposeSilence(t.Context(), s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
	s := onCheckout()
	s.By = "alice"
	p, err := r.ProposeSilence(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.ConfirmSilence(t.Context(), p.ID, "mallory")
	wantKind(t, err, engine.Conflict)
	for range 2 { // twice by the same person is once
		if _, err := r.ConfirmSilence(t.Context(), p.ID, "alice"); err != nil {
			t.Fatal(err)
		}
	}
	over := p.ID
	if p, err = r.ProposeSilence(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(61 * time.Minute)
	for _, id := range []string{p.ID, over} { // one that is over by its time, too
		_, err = r.ConfirmSilence(t.Context(), id, "alice")
		wantKind(t, err, engine.Conflict)
	}
	for word, ok := range map[string]bool{"a=~.*": false, "a=~(": false, "a=": false, "a=b": true, "a=~b|c": true} {
		if _, is, err := engine.ParseMatcher(word); !is || (err == nil) != ok {
			t.Errorf("%s: %v, %v", word, is, err)
		}
	}
	for _, word := range []string{"2h", "INC-2026-0001", "a!=b", "=b", "deploy"} {
		if _, is, _ := engine.ParseMatcher(word); is {
			t.Errorf("%s is no matcher", word)
		}
	}
}

func TestAMaintenanceWindowHoldsBackWhatMatches(t *testing.T) {
	match, err := engine.Patterns(map[string]string{"service": "check.*"})
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(c *engine.Config) {
		c.Maintenance = []engine.Window{{Match: match, From: c.Now().Add(time.Minute), To: c.Now().Add(time.Hour), Reason: "move"}}
	})
	early := r.ingest(alert("a")).Alerts[0].IncidentID
	r.clock.Advance(10 * time.Minute)
	in := r.ingest(alert("b", func(a *engine.Alert) { a.StartedAt = r.clock.Now() })).Alerts[0].IncidentID
	if r.detail(early).Muted != nil || early == in || r.detail(in).Muted == nil || r.detail(in).Muted.Words() != "maintenance: move" {
		t.Errorf("%+v\n%+v", r.detail(early).Incident, r.detail(in).Incident)
	}
	r.clock.Advance(time.Hour)
	if err := r.run(engine.JobUnmute, in); err != nil || r.detail(in).Muted != nil || len(r.postsOf(in)) != 2 {
		t.Errorf("%v, %v", err, r.postsOf(in))
	}
}

// outside is an Alertmanager that can be away.
type outside struct {
	away error
	made []string
	over []string
}

func (o *outside) silencer() engine.Silencer {
	return engine.Silencer{
		Sources: map[string]bool{"alertmanager": true},
		Make: func(_ context.Context, s engine.Silence, comment string) (string, error) {
			if o.away != nil {
				return "", o.away
			}
			o.made = append(o.made, comment)
			return "am-" + s.ID, nil
		},
		End: func(_ context.Context, id, _ string) error {
			if o.away == nil {
				o.over = append(o.over, id)
			}
			return o.away
		},
	}
}

func TestASilenceIsMadeWhereThePagersAreHoweverLongThatTakes(t *testing.T) {
	o := &outside{away: errors.New("refused")}
	r := newRig(t, func(c *engine.Config) { c.Silencer = o.silencer() })
	r.ingest(alert("a"))
	p := r.silenced(onCheckout())
	if p.Reach != engine.ReachAll {
		t.Errorf("reach %s", p.Reach)
	}
	if err := r.run(engine.JobSilence, p.ID); err == nil {
		t.Error("the job ends although nothing was made")
	}
	o.away = nil
	for range 2 {
		if err := r.run(engine.JobSilence, p.ID); err != nil {
			t.Fatal(err)
		}
	}
	if len(o.made) != 1 || o.made[0] != "deploy ("+p.ID+" by rof)" {
		t.Errorf("made %q", o.made)
	}
	if _, err := r.EndSilence(t.Context(), p.ID, "bob"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := r.run(engine.JobSilence, p.ID); err != nil {
			t.Fatal(err)
		}
	}
	if len(o.over) != 1 || o.over[0] != "am-"+p.ID {
		t.Errorf("ended %q", o.over)
	}
	r.clock.Advance(time.Minute)
	if _, err := r.Ingest(t.Context(), engine.Delivery{Source: "shop", Alerts: []engine.Alert{alert("z")}}); err != nil {
		t.Fatal(err)
	}
	if p := r.silenced(onCheckout()); p.Reach != engine.ReachSome {
		t.Errorf("with another source reach is %s", p.Reach)
	}
}

// of is a silence of what has one label.
func of(name, value string, lasts time.Duration) engine.Silence {
	return engine.Silence{Match: []engine.Matcher{{Name: name, Value: value}}, For: lasts}
}

func TestWhatTwoSilencesHoldBackIsAnnouncedWhenTheFirstOfThemEnds(t *testing.T) {
	apart := func(a *engine.Alert) { a.Service, a.Environment = "cart", "" }
	for name, c := range map[string]struct {
		fire func(r *rig) string
		ends func(r *rig, long, short engine.Silence) error
	}{
		"one that joins is silenced for less time": {
			func(r *rig) string {
				r.ingest(alert("a"))
				return r.ingest(alert("b")).Alerts[0].IncidentID
			},
			func(r *rig, _, _ engine.Silence) error { r.clock.Advance(time.Hour); return nil },
		},
		"one that fires again is silenced for less time": {
			func(r *rig) string {
				id := r.ingest(alert("a"), alert("b", ended(r.clock.Now()))).Alerts[0].IncidentID
				r.clock.Advance(time.Minute)
				r.ingest(alert("b", func(a *engine.Alert) { a.StartedAt = r.clock.Now() }))
				return id
			},
			func(r *rig, _, _ engine.Silence) error { r.clock.Advance(time.Hour); return nil },
		},
		"the longer one is ended by a person": {
			func(r *rig) string {
				r.ingest(alert("b"))
				r.clock.Advance(time.Minute)
				return r.ingest(alert("a", func(a *engine.Alert) { a.StartedAt = r.clock.Now() })).Alerts[0].IncidentID
			},
			func(r *rig, long, _ engine.Silence) error {
				_, err := r.EndSilence(r.t.Context(), long.ID, "bob")
				return err
			},
		},
		"the shorter one is that of what was merged into it": {
			func(r *rig) string {
				to, from := r.ingest(alert("a")).Alerts[0].IncidentID, r.ingest(alert("b", apart)).Alerts[0].IncidentID
				if _, err := r.Merge(r.t.Context(), from, to, "ann"); err != nil {
					r.t.Fatal(err)
				}
				return to
			},
			func(r *rig, _, _ engine.Silence) error { r.clock.Advance(time.Hour); return nil },
		},
	} {
		t.Run(name, func(t *testing.T) {
			var jobs agenda
			r := newRig(t, func(c *engine.Config) { jobs.Store, c.Store = c.Store, &jobs })
			long, short := r.silenced(of("instance", "a", 10*time.Hour)), r.silenced(of("instance", "b", 30*time.Minute))
			jobs.work(r, engine.JobUnmute)
			id := c.fire(r)
			d := r.detail(id)
			if d.Muted == nil || d.Firing != 2 || len(r.postsOf(id)) > 0 {
				t.Fatalf("%+v, posts %v", d.Incident, r.postsOf(id))
			}
			jobs.work(r, engine.JobUnmute)
			if err := c.ends(r, long.Silence, short.Silence); err != nil {
				t.Fatal(err)
			}
			jobs.work(r, engine.JobUnmute)
			if d := r.detail(id); d.Muted != nil || len(r.postsOf(id)) == 0 {
				t.Errorf("still held back: %+v", d.Muted)
			}
		})
	}
}

func TestWhatFiresAgainUnderASilenceIsNotTold(t *testing.T) {
	r := newRig(t)
	id := r.ingest(alert("a")).Alerts[0].IncidentID
	if _, err := r.Assign(t.Context(), id, engine.Person{Name: "ann"}, &engine.Person{Name: "ann"}); err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(time.Minute)
	r.ingest(alert("a", ended(r.clock.Now())))
	r.silenced(onCheckout())
	r.clock.Advance(20 * time.Minute)
	before := len(r.notices())
	again := r.ingest(alert("a", func(a *engine.Alert) { a.StartedAt = r.clock.Now() }))
	if d := r.detail(id); again.Alerts[0].IncidentID != id || again.Silenced != 1 || d.Muted == nil || len(r.notices()) != before {
		t.Errorf("%+v, %+v, notices %v", again, d.Incident, r.notices())
	}
}

func TestWhatGetsWorseThanItsSilenceIsAnnounced(t *testing.T) {
	var jobs agenda
	r := newRig(t, func(c *engine.Config) { jobs.Store, c.Store = c.Store, &jobs })
	r.silenced(of("severity", "high", time.Hour))
	id := r.ingest(alert("a")).Alerts[0].IncidentID
	jobs.work(r, engine.JobUnmute)
	if r.detail(id).Muted == nil {
		t.Fatal("not silenced")
	}
	r.ingest(alert("a", critical))
	jobs.work(r, engine.JobUnmute)
	if d := r.detail(id); d.Muted != nil || d.Channel != "C0OPS" || d.UrgentAt.IsZero() || len(r.postsOf(id)) == 0 {
		t.Errorf("%+v, posts %v", d.Incident, r.postsOf(id))
	}
}

// agenda is a store that knows which jobs are asked for, and runs them by the clock
// of the engine.
type agenda struct {
	engine.Store
	jobs []engine.Job
}

func (s *agenda) Update(ctx context.Context, fn func(engine.Tx) error) error {
	return s.Store.Update(ctx, func(tx engine.Tx) error { return fn(agendaTx{tx, s}) })
}

type agendaTx struct {
	engine.Tx
	agenda *agenda
}

func (t agendaTx) Enqueue(ctx context.Context, jobs ...engine.Job) error {
	t.agenda.jobs = append(t.agenda.jobs, jobs...)
	return t.Tx.Enqueue(ctx, jobs...)
}

// work runs what is due of one kind, and what that asks for.
func (s *agenda) work(r *rig, kind string) {
	r.t.Helper()
	for range 10 {
		due := s.jobs
		s.jobs = nil
		for _, j := range due {
			switch {
			case j.Kind != kind:
			case j.At.After(r.clock.Now()):
				s.jobs = append(s.jobs, j)
			default:
				if err := r.run(kind, j.Subject); err != nil {
					r.t.Fatal(err)
				}
			}
		}
	}
}
