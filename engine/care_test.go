package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

func TestADeclarationIsReadFromWordsAndPairs(t *testing.T) {
	for text, want := range map[string]engine.Declaration{
		"checkout is down":                                {Title: "checkout is down"},
		"checkout is down severity=critical":              {Title: "checkout is down", Severity: engine.SeverityCritical},
		"sev=P2 service=checkout env=prod nobody can pay": {Title: "nobody can pay", Severity: engine.SeverityHigh, Service: "checkout", Environment: "prod"},
		"sev:critical checkout is down svc:checkout":      {Title: "checkout is down", Severity: engine.SeverityCritical, Service: "checkout"},
		"payment service: down":                           {Title: "payment service: down"},
		`title="nobody can pay" service="the shop"`:       {Title: "nobody can pay", Service: "the shop"},
		"error_type=database_timeout service=checkout":    {Title: engine.Words("database_timeout"), ErrorType: "database_timeout", Service: "checkout"},
	} {
		got, err := engine.ParseDeclaration(text)
		if err != nil || got.Title != want.Title || got.Severity != want.Severity || got.Service != want.Service || got.Environment != want.Environment || got.ErrorType != want.ErrorType {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{"": "say what is wrong", "x severity=dreadful": "severity is one of", "sev:dreadful x": "severity is one of", "service=checkout": "say what is wrong", "x service=": "service= has no value"} {
		if _, err := engine.ParseDeclaration(text); engine.KindOf(err) != engine.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestADeclarationThatComesTwiceIsOneIncident(t *testing.T) {
	r := newRig(t)
	d := engine.Declaration{Actor: "ann", Title: "nobody can pay", Request: "slash:1"}
	first, err := r.Declare(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	again, err := r.Declare(t.Context(), d)
	if err != nil || again.ID != first.ID {
		t.Errorf("the same request is %s, then %s, %v", first.ID, again.ID, err)
	}
	d.Request = "slash:2"
	if other, err := r.Declare(t.Context(), d); err != nil || other.ID == first.ID {
		t.Errorf("another request is %s, %v", other.ID, err)
	}
	if got := r.detail(first.ID); len(got.Timeline) != 1 || got.Status != engine.Open || got.Severity != engine.SeverityMedium {
		t.Errorf("%+v", got)
	}
	for _, bad := range []engine.Declaration{{Title: "x"}, {Actor: "ann"}, {Actor: "ann", Title: " \n "}} {
		if _, err := r.Declare(t.Context(), bad); engine.KindOf(err) != engine.Invalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestADeclaredIncidentGetsAdviceAndTakesAlertsIn(t *testing.T) {
	r := newRig(t)
	past := engine.Incident{
		ID: "INC-2025-700", Title: "Mail queue grows", Historical: true, Status: engine.Resolved, ErrorType: "queue_backlog", Service: "mailer",
		Symptom: "queue backlog of the mailer", Resolution: "Double the workers", StartedAt: r.clock.Now().AddDate(0, -1, 0),
	}
	if err := r.AddHistory(t.Context(), []engine.Incident{past}, nil); err != nil {
		t.Fatal(err)
	}
	i, err := r.Declare(t.Context(), engine.Declaration{Actor: "ann", Title: "queue backlog of the mailer", Service: "mailer", Environment: "prod", ErrorType: "queue_backlog"})
	if err != nil {
		t.Fatal(err)
	}
	r.work(engine.JobDecide, i.ID)
	if d := r.detail(i.ID); len(d.Decisions) != 1 || d.Decisions[0].Match() != past.ID {
		t.Errorf("%d decisions", len(d.Decisions))
	}
	got := r.ingest(alert("a", func(a *engine.Alert) { a.Service = "mailer" }))
	if got.Alerts[0].IncidentID != i.ID {
		t.Errorf("an alert of the same service and environment opens %s", got.Alerts[0].IncidentID)
	}
}

// work runs a job, as the queue would, and once more: that does no harm. An error
// says when it wants to run again.
func (r *rig) work(kind, subject string) {
	r.t.Helper()
	for _, w := range r.Workers() {
		if w.Kind == kind {
			for range 2 {
				_ = w.Do(r.t.Context(), subject)
			}
		}
	}
}

func TestARequestLeavesOneNoteAndOneUpdate(t *testing.T) {
	r := newRig(t, func(c *engine.Config) { c.Updates = "C0NEWS" })
	id := r.ingest(alert("a")).Alerts[0].IncidentID
	for range 2 {
		if _, err := r.NoteOnce(t.Context(), id, "ann", "pool is at 200", "slash:1"); err != nil {
			t.Fatal(err)
		}
		if _, err := r.SendUpdate(t.Context(), id, "ann", "half of it works", "slash:2"); err != nil {
			t.Fatal(err)
		}
		r.clock.Advance(time.Second)
	}
	var kinds []string
	for _, e := range r.detail(id).Timeline {
		kinds = append(kinds, e.Kind)
	}
	slices.Sort(kinds)
	if got := strings.Join(kinds, " "); got != "fired note update" {
		t.Errorf("the timeline has %s", got)
	}
	channels := map[string]int{}
	for _, p := range r.wanted() {
		if p.Kind == engine.PostReply {
			channels[p.Channel]++
		}
	}
	if len(channels) != 2 || channels["C0OPS"] != 1 || channels["C0NEWS"] != 1 {
		t.Errorf("the update stands in %v", channels)
	}
	if _, err := r.SendUpdate(t.Context(), id, "ann", strings.Repeat("🔥", 3000), "as long as a dialog takes"); err != nil {
		t.Error(err)
	}
	for _, f := range []func() error{
		func() error { _, err := r.NoteOnce(t.Context(), id, "ann", " ", "x"); return err },
		func() error { _, err := r.SendUpdate(t.Context(), id, "ann", "", "x"); return err },
		func() error {
			_, err := r.SendUpdate(t.Context(), id, "ann", strings.Repeat("x", 9000), "x")
			return err
		},
	} {
		if err := f(); engine.KindOf(err) != engine.Invalid {
			t.Errorf("%v", err)
		}
	}
}

func TestAPersonsCriticalIsRoutedAndEscalatedLikeAnAlerts(t *testing.T) {
	critical, err := engine.Patterns(map[string]string{"severity": "critical"})
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(c *engine.Config) {
		c.Routes = []engine.Route{{Match: critical, Channel: "C0PAGE", Mention: "S0SRE"}}
		c.Escalation = engine.Escalation{After: 5 * time.Minute}
	})
	id := r.ingest(alert("a")).Alerts[0].IncidentID
	if _, _, err := r.SetSeverity(t.Context(), id, "ann", engine.SeverityCritical, ""); err != nil {
		t.Fatal(err)
	}
	d := r.detail(id)
	if d.Channel != "C0OPS" || !slices.Equal(d.Also, []string{"C0PAGE"}) || d.Mention != "S0SRE" || !d.UrgentAt.Equal(r.clock.Now()) {
		t.Errorf("it stands in %s and %v, mentions %q, urgent since %s", d.Channel, d.Also, d.Mention, d.UrgentAt)
	}
	channels := map[string]bool{}
	for _, p := range r.wanted() {
		channels[p.Channel] = true
	}
	if !channels["C0PAGE"] {
		t.Errorf("it is posted to %v", channels)
	}
	r.clock.Advance(6 * time.Minute)
	r.work(engine.JobEscalate, id)
	if d := r.detail(id); d.Escalated != 1 {
		t.Errorf("%d steps of escalation", d.Escalated)
	}
}

// wanted are the posts that are wanted and not sent.
func (r *rig) wanted() (posts []engine.Post) {
	r.t.Helper()
	err := r.store.View(r.t.Context(), func(in engine.Reader) (err error) {
		posts, err = in.Posts(r.t.Context(), "", 1000)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return posts
}

// later is what somebody does some time after the acknowledgement.
type later struct {
	at time.Duration
	do func(r *rig, id string)
}

func TestRemindersComeWhenTheyAreDueAndNotBefore(t *testing.T) {
	update := func(r *rig, id string) { _, _ = r.SendUpdate(r.t.Context(), id, "ann", "x", "") }
	only := engine.Reminders{Unresolved: -1}
	for name, c := range map[string]struct {
		reminders engine.Reminders
		severity  engine.Severity
		events    []later
		want      []int // minutes after the acknowledgement
	}{
		"nobody says anything": {
			severity: engine.SeverityCritical, want: []int{30, 60, 120, 240, 480, 960, 1440, 1440, 1920, 2400, 2880, 2880},
		},
		"an update begins it anew": {
			severity: engine.SeverityHigh, reminders: only, events: []later{{20 * time.Minute, update}, {45 * time.Minute, update}},
			want: []int{75, 105, 165, 285, 525, 1005, 1485, 1965, 2445},
		},
		"a mild one is only to be ended": {severity: engine.SeverityLow, want: []int{1440, 2880}},
		"nothing is on":                  {severity: engine.SeverityCritical, reminders: engine.Reminders{Update: -1, Unresolved: -1}},
		"it is mitigated": {severity: engine.SeverityCritical, want: []int{30}, events: []later{
			{40 * time.Minute, func(r *rig, id string) { _, _ = r.Mitigate(r.t.Context(), id, "ann") }},
		}},
		"it is resolved": {severity: engine.SeverityCritical, want: []int{30}, events: []later{
			{40 * time.Minute, func(r *rig, id string) {
				_, _ = r.Resolve(r.t.Context(), id, engine.Resolution{Actor: "ann", Resolution: "x"})
			}},
		}},
		"it is put off and then dismissed": {severity: engine.SeverityCritical, reminders: only, want: []int{30, 90}, events: []later{
			{30*time.Minute + time.Second, func(r *rig, id string) { _, _ = r.Snooze(r.t.Context(), id, "ann", engine.NudgeUpdate) }},
			{100 * time.Minute, func(r *rig, id string) { _ = r.Dismiss(r.t.Context(), id, "ann", engine.NudgeUpdate) }},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(cfg *engine.Config) { cfg.Reminders = c.reminders })
			id := r.ingest(alert("a", func(a *engine.Alert) { a.Severity = c.severity })).Alerts[0].IncidentID
			if _, err := r.AcknowledgeAs(t.Context(), id, engine.Person{ID: "U0ANN", Name: "ann"}); err != nil {
				t.Fatal(err)
			}
			if got := r.reminded(id, c.events); !slices.Equal(got, c.want) {
				t.Errorf("reminders after %v min, want %v", got, c.want)
			}
			replies := 0
			for _, p := range r.wanted() {
				if p.Kind == engine.PostReply && strings.HasPrefix(p.Key, "reply:reminder:") {
					replies++
				}
			}
			if replies != len(c.want) {
				t.Errorf("%d messages for %d reminders", replies, len(c.want))
			}
		})
	}
}

func TestWhoOwnsWhatIsClearIsAskedWhetherItIsOver(t *testing.T) {
	ann := engine.Person{ID: "U0ANN", Name: "ann"}
	for name, c := range map[string]struct {
		again func(r *rig, id string)
		want  []int
	}{
		"half an hour after its alerts ended, and then less and less": {func(*rig, string) {}, []int{40, 70, 130, 250, 490, 970, 1450, 1930, 2410}},
		"and as ever once it fires again": {func(r *rig, _ string) {
			r.ingest(alert("a", severity(engine.SeverityCritical), func(a *engine.Alert) { a.StartedAt = r.clock.Now() }))
		}, []int{30, 60, 120, 240, 480, 960, 1440, 1440, 1920, 2400, 2880, 2880}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			id := r.ingest(alert("a", severity(engine.SeverityCritical))).Alerts[0].IncidentID
			if _, err := r.Assign(t.Context(), id, ann, &ann); err != nil {
				t.Fatal(err)
			}
			got := r.reminded(id, []later{
				{10 * time.Minute, func(r *rig, _ string) {
					r.ingest(alert("a", severity(engine.SeverityCritical), ended(r.clock.Now())))
				}},
				{12 * time.Minute, c.again},
			})
			if !slices.Equal(got, c.want) {
				t.Errorf("reminders after %v min, want %v", got, c.want)
			}
			d := r.detail(id)
			if !d.Live() {
				t.Errorf("it is %s", d.Status)
			}
			said := false
			for _, p := range r.wanted() {
				said = said || p.Kind == engine.PostReply && strings.Contains(string(p.Detail), "nothing of "+id+" has fired for 30 min: is it over?")
			}
			if said != (d.ClearedAt != nil) {
				t.Errorf("a reminder asks whether it is over: %v", said)
			}
		})
	}
}

func TestWhoIsGivenAnOldIncidentIsNotRemindedAtOnce(t *testing.T) {
	r := newRig(t, func(cfg *engine.Config) { cfg.Reminders.Unresolved = -1 })
	ann, bob := engine.Person{ID: "U0ANN", Name: "ann"}, engine.Person{ID: "U0BOB", Name: "bob"}
	id := r.ingest(alert("a")).Alerts[0].IncidentID
	r.clock.Advance(20 * time.Hour)
	if _, err := r.Assign(t.Context(), id, ann, &bob); err != nil {
		t.Fatal(err)
	}
	if got := r.reminded(id, nil); len(got) == 0 || got[0] != 30 {
		t.Errorf("reminders after %v min, want the first after 30", got)
	}
	if _, err := r.Assign(t.Context(), id, ann, &engine.Person{ID: "U0BOB", Name: "Bob of the night"}); engine.KindOf(err) != engine.Conflict {
		t.Errorf("the same person by another name: %v", err)
	}
	if _, err := r.Assign(t.Context(), id, ann, nil); err != nil {
		t.Error(err)
	}
	if _, err := r.Assign(t.Context(), id, ann, nil); engine.KindOf(err) != engine.Conflict {
		t.Errorf("nobody again: %v", err)
	}
}

// reminded lets two days pass in steps of five minutes and returns those of the
// steps in which a reminder came, in minutes.
func (r *rig) reminded(id string, events []later) (came []int) {
	r.t.Helper()
	began := r.clock.Now()
	for m := 5; m <= 48*60; m += 5 {
		for len(events) > 0 && events[0].at < time.Duration(m)*time.Minute {
			r.clock.Set(began.Add(events[0].at))
			events[0].do(r, id)
			events = events[1:]
		}
		r.clock.Set(began.Add(time.Duration(m)*time.Minute + 30*time.Second))
		r.work(engine.JobRemind, id)
		n := 0
		for _, o := range r.detail(id).Nudges {
			n += o.Count
		}
		for len(came) < n {
			came = append(came, m)
		}
	}
	return came
}

func TestTheLastDaysAreCountedWithoutExamples(t *testing.T) {
	r := newRig(t)
	old := r.ingest(alert("old")).Alerts[0].IncidentID
	if _, err := r.Acknowledge(t.Context(), old, "ann"); err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(8 * 24 * time.Hour)
	past := engine.Incident{ID: "INC-2025-701", Title: "x", Historical: true, Seed: true, Status: engine.Resolved, Resolution: "y", StartedAt: r.clock.Now()}
	if err := r.AddHistory(t.Context(), []engine.Incident{past}, nil); err != nil {
		t.Fatal(err)
	}
	i, err := r.Declare(t.Context(), engine.Declaration{Actor: "ann", Title: "nobody can pay", Service: "checkout"})
	if err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(4 * time.Minute)
	if _, err := r.Acknowledge(t.Context(), i.ID, "ann"); err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(6 * time.Minute)
	if _, err := r.Resolve(t.Context(), i.ID, engine.Resolution{Actor: "ann", Resolution: "rolled back"}); err != nil {
		t.Fatal(err)
	}
	l, err := r.Lately(t.Context(), 7)
	if err != nil || l.Opened != 1 || l.Declared != 1 || l.Resolved != 1 || l.Fixed != 1 || l.MTTA != 4*time.Minute || l.MTTR != 10*time.Minute || len(l.Services) != 1 {
		t.Errorf("%+v, %v", l, err)
	}
}
