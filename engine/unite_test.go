package engine_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"ragoffire/engine"
)

// pair fires two incidents that have nothing in common but the night.
func (r *rig) pair() (a, b string) {
	r.t.Helper()
	a = r.ingest(alert("a")).Alerts[0].IncidentID
	b = r.ingest(alert("b", service("cart"), func(a *engine.Alert) { a.Name, a.Title, a.GroupKey = "CartDown", "Cart is down", "g" }, severity(engine.SeverityCritical))).Alerts[0].IncidentID
	if a == b {
		r.t.Fatal("two services are one incident")
	}
	return a, b
}

func service(name string) func(*engine.Alert) { return func(a *engine.Alert) { a.Service = name } }

func severity(s engine.Severity) func(*engine.Alert) {
	return func(a *engine.Alert) { a.Severity = s }
}

func (r *rig) merge(id, into string) engine.Incident {
	r.t.Helper()
	i, err := r.Merge(r.t.Context(), id, into, "ann")
	if err != nil {
		r.t.Fatal(err)
	}
	return i
}

func TestMergingMovesTheSeriesAndTeachesNothing(t *testing.T) {
	r := newRig(t)
	to, from := r.pair()
	r.clock.Advance(time.Minute)
	if got := r.merge(from, to); got.ID != to || got.Firing != 2 || got.Series != 2 || got.Severity != engine.SeverityCritical {
		t.Errorf("the target is %+v", got)
	}
	d, gone := r.detail(to), r.detail(from)
	if len(d.Alerts) != 2 || len(gone.Alerts) != 0 || len(d.Services) != 2 || d.Merged[0] != from {
		t.Errorf("%d alerts here and %d there, services %v", len(d.Alerts), len(gone.Alerts), d.Services)
	}
	if gone.Status != engine.Resolved || gone.Reason != engine.ReasonDuplicate || gone.DuplicateOf != to || gone.MergedInto != to || gone.Fix() || gone.Firing != 0 {
		t.Errorf("what was merged is %+v", gone.Incident)
	}
	if last := d.Timeline[len(d.Timeline)-1]; last.Kind != "merged" || last.Actor != "ann" || !strings.Contains(last.Text, from) {
		t.Errorf("the timeline says %+v", last)
	}
	told, err := r.Tale(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	var merges []string
	for _, e := range told.Timeline {
		if e.Kind == "merged" {
			merges = append(merges, e.Line())
		}
	}
	if want := "merged " + from + " into this: Cart is down (ann)"; len(merges) != 1 || merges[0] != want {
		t.Errorf("its tale says of the merge %q, want once %q", merges, want)
	}
	lately, err := r.Lately(t.Context(), 7)
	if err != nil {
		t.Fatal(err)
	}
	if lately.Opened != 1 || lately.Resolved != 0 {
		t.Errorf("of late %d began and %d are over; want one that is not", lately.Opened, lately.Resolved)
	}
	if n := strings.Join(r.notices(), "\n"); !strings.Contains(n, `"merged"`) || !strings.Contains(n, `"merged_into"`) {
		t.Errorf("notices %s; want one in each thread", n)
	}

	t.Run("what its series send goes to the target", func(t *testing.T) {
		b := alert("b", service("cart"), ended(r.clock.Now()))
		if got := r.ingest(b).Alerts[0].IncidentID; got != to {
			t.Errorf("it went to %s", got)
		}
		if d := r.detail(to); d.Firing != 1 {
			t.Errorf("%d fire; want 1", d.Firing)
		}
		r.clock.Advance(2 * time.Minute)
		if got := r.ingest(alert("b", service("cart"), func(a *engine.Alert) { a.StartedAt = r.clock.Now() })).Alerts[0].IncidentID; got != to {
			t.Errorf("firing again it went to %s", got)
		}
	})
	t.Run("a new one of the sender's group goes there with them", func(t *testing.T) {
		group := func(a *engine.Alert) { a.GroupKey = "g" }
		got := r.ingest(alert("b", service("cart"), group), alert("c", service("cart"), group))
		if got.Alerts[1].IncidentID != to {
			t.Errorf("it went to %s", got.Alerts[1].IncidentID)
		}
	})
	t.Run("what is asked of it leads there", func(t *testing.T) {
		_, err := r.Acknowledge(t.Context(), from, "ann")
		if e := wantKind(t, err, engine.Conflict); !strings.Contains(e.Text, to) {
			t.Error(e.Text)
		}
	})
	t.Run("it is not reopened", func(t *testing.T) {
		_, err := r.Reopen(t.Context(), from, "ann")
		if e := wantKind(t, err, engine.Conflict); !strings.Contains(e.Text, to) {
			t.Error(e.Text)
		}
	})
}

func TestWhatCannotBeMergedIsSaid(t *testing.T) {
	r := newRig(t)
	a, b := r.pair()
	r.learnt(past("PM-1", "disk_full", "db", 100, "free space"))
	r.ingest(alert("b", service("cart"), ended(r.clock.Now())))
	for name, tt := range map[string]struct {
		id, into, actor string
		kind            engine.Kind
	}{
		"an incident into itself": {a, a, "ann", engine.Invalid},
		"into nothing":            {a, "", "ann", engine.Invalid},
		"by nobody":               {a, b, " ", engine.Invalid},
		"into an unknown one":     {a, "INC-1", "ann", engine.NotFound},
		"into history":            {a, "PM-1", "ann", engine.Conflict},
		"one that is over":        {b, a, "ann", engine.Conflict},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.Merge(t.Context(), tt.id, tt.into, tt.actor)
			wantKind(t, err, tt.kind)
		})
	}
}

func TestAnAlertThatComesWhileItsIncidentIsMergedIsNotLost(t *testing.T) {
	r := newRig(t)
	to, from := r.pair()
	var group sync.WaitGroup
	group.Go(func() { r.merge(from, to) })
	for n := range 20 {
		group.Go(func() {
			value := float64(n)
			a := alert("b", service("cart"), func(a *engine.Alert) { a.Value = &value })
			if _, err := r.Ingest(t.Context(), engine.Delivery{Source: "alertmanager", Alerts: []engine.Alert{a}}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if d := r.detail(to); len(d.Alerts) != 2 || d.Firing != 2 || len(r.detail(from).Alerts) != 0 {
		t.Errorf("%d alerts, %d firing", len(d.Alerts), d.Firing)
	}
}

func TestAdviceOfAMergedIncidentSaysSo(t *testing.T) {
	r := newRig(t)
	r.learnt(past("PM-1", "disk_full", "cart", 100, "free space"))
	r.running()
	to := r.ingest(alert("a")).Alerts[0].IncidentID
	from := r.ingest(alert("b", service("cart"), func(a *engine.Alert) { a.ErrorType = "disk_full" })).Alerts[0].IncidentID
	decided := func(id string) engine.Decision {
		for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
			if d := r.detail(id); len(d.Decisions) > 0 {
				return d.Decisions[0]
			}
		}
		t.Fatalf("%s is not decided", id)
		return engine.Decision{}
	}
	decided(from)
	r.merge(from, to)
	d := decided(from)
	if d.Match() != "PM-1" || !strings.Contains(d.Outdated, to) || d.Open() {
		t.Errorf("%s, outdated %q", d.Match(), d.Outdated)
	}
	_, err := r.Review(t.Context(), d.ID, engine.Review{Verdict: engine.Approve, Actor: "ann"})
	if e := wantKind(t, err, engine.Conflict); !strings.Contains(e.Text, to) {
		t.Errorf("approving it afterwards: %s; want where it went", e.Text)
	}
}

func TestAVerdictTakenBackAfterAMergeDoesNotAskAgain(t *testing.T) {
	r := newRig(t)
	r.running()
	r.learnt(past("PM-1", "queue_backlog", "mailer", 200, "restart the consumer"))
	d := r.fired("b")
	r.judge(d.ID, engine.Review{Verdict: engine.Approve})
	to := r.ingest(alert("a")).Alerts[0].IncidentID
	r.merge(*d.IncidentID, to)
	got, err := r.UndoReview(t.Context(), d.ID, "ann")
	if err != nil {
		t.Fatal(err)
	}
	if got.Open() || !strings.Contains(got.Outdated, to) {
		t.Errorf("it waits: %t, outdated %q; want it to say that it went into %s", got.Open(), got.Outdated, to)
	}
}

func TestSplittingTakesSeriesOutForGood(t *testing.T) {
	r := newRig(t)
	id := r.ingest(alert("a"), alert("bbbb1111", severity(engine.SeverityCritical)), alert("c", func(a *engine.Alert) { a.Name = "Disk" })).Alerts[0].IncidentID
	fresh, err := r.Split(t.Context(), id, engine.Cut{Alerts: []string{"bbbb"}, Actor: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	if fresh.SplitFrom != id || fresh.Status != engine.Open || fresh.Firing != 1 || fresh.Series != 1 || fresh.Severity != engine.SeverityCritical {
		t.Errorf("the new one is %+v", fresh)
	}
	if d := r.detail(id); d.Firing != 2 || d.Series != 2 || d.Severity != engine.SeverityHigh || len(d.Alerts) != 2 {
		t.Errorf("the rest is %+v with %d alerts", d.Incident, len(d.Alerts))
	}
	if d := r.detail(fresh.ID); len(d.Alerts) != 1 || d.Alerts[0].Joined != "" || d.Channel == "" {
		t.Errorf("%+v", d)
	}

	t.Run("it does not join again by service", func(t *testing.T) {
		r.ingest(alert("bbbb1111", ended(r.clock.Now())))
		r.clock.Advance(11 * time.Minute)
		r.ingest(alert("new")) // keeps the rest growing
		r.clock.Advance(time.Minute)
		got := r.ingest(alert("bbbb1111", func(a *engine.Alert) { a.StartedAt = r.clock.Now() })).Alerts[0].IncidentID
		if got == id {
			t.Error("it joined the incident it was taken out of")
		}
	})
	t.Run("it is of its alert's rule, and has labels though its alert has none", func(t *testing.T) {
		bare := r.ingest(alert("bare", func(a *engine.Alert) { a.Name, a.Labels, a.Service = "Bare", nil, "" }), alert("beside", func(a *engine.Alert) { a.GroupKey = "g" })).Alerts
		both, err := r.Merge(t.Context(), bare[0].IncidentID, bare[1].IncidentID, "ann")
		if err != nil {
			t.Fatal(err)
		}
		one, err := r.Split(t.Context(), both.ID, engine.Cut{Alerts: []string{"bare"}, Actor: "ann"})
		if err != nil || one.Rule != "Bare" || one.Labels == nil {
			t.Errorf("%+v, %v", one, err)
		}
	})
	t.Run("named by its rule", func(t *testing.T) {
		one, err := r.Split(t.Context(), id, engine.Cut{Alerts: []string{"disk"}, Actor: "ann"})
		if err != nil || one.Fingerprint != "c" {
			t.Errorf("%s, %v", one.Fingerprint, err)
		}
	})
	t.Run("all of it stays", func(t *testing.T) {
		_, err := r.Split(t.Context(), fresh.ID, engine.Cut{Alerts: []string{"bbbb1111"}, Actor: "ann"})
		wantKind(t, err, engine.Conflict) // over by now
		_, err = r.Split(t.Context(), id, engine.Cut{Alerts: []string{"CheckoutSlow"}, Actor: "ann"})
		wantKind(t, err, engine.Invalid)
		_, err = r.Split(t.Context(), id, engine.Cut{Alerts: []string{"nothing"}, Actor: "ann"})
		wantKind(t, err, engine.Invalid)
	})
}

func TestSplittingWithoutANameTakesTheLastThatJoined(t *testing.T) {
	r := newRig(t)
	id := r.ingest(alert("a")).Alerts[0].IncidentID
	_, err := r.Split(t.Context(), id, engine.Cut{Actor: "ann"})
	wantKind(t, err, engine.Invalid)
	r.clock.Advance(time.Minute)
	r.ingest(alert("b"), alert("d"))
	r.clock.Advance(time.Minute)
	r.ingest(alert("c"))
	fresh, err := r.Split(t.Context(), id, engine.Cut{Actor: "ann"})
	if err != nil || fresh.Fingerprint != "c" {
		t.Errorf("%s was taken out, %v; want c", fresh.Fingerprint, err)
	}
	var last string
	for range 2 {
		one, err := r.Split(t.Context(), id, engine.Cut{Actor: "ann", Request: "slash:1"})
		if err != nil || last != "" && one.ID != last {
			t.Errorf("the same request makes %s, then %s, %v", last, one.ID, err)
		}
		last = one.ID
	}
}

func TestMergeAndSplitUndoEachOther(t *testing.T) {
	r := newRig(t)
	to, from := r.pair()
	r.merge(from, to)
	fresh, err := r.Split(t.Context(), to, engine.Cut{Alerts: []string{"b"}, Actor: "ann"})
	if err != nil || fresh.Service != "cart" || r.detail(to).Series != 1 {
		t.Fatalf("%+v, %v", fresh, err)
	}
	if got := r.merge(fresh.ID, to); got.Series != 2 {
		t.Errorf("merged again it has %d series", got.Series)
	}
}

func TestLinkedIncidentsShowEachOther(t *testing.T) {
	r := newRig(t)
	a, b := r.pair()
	for range 2 {
		if _, err := r.Link(t.Context(), a, b, "ann"); err != nil {
			t.Fatal(err)
		}
	}
	x, y := r.detail(a), r.detail(b)
	if len(x.Linked) != 1 || x.Linked[0] != b || len(y.Linked) != 1 || y.Linked[0] != a {
		t.Errorf("%v and %v", x.Linked, y.Linked)
	}
	if n := len(x.Timeline); x.Timeline[n-1].Kind != "linked" || x.Timeline[n-2].Kind == "linked" {
		t.Error("the timeline does not say so once")
	}
	_, err := r.Link(t.Context(), a, a, "ann")
	wantKind(t, err, engine.Invalid)
	_, err = r.Link(t.Context(), a, "INC-1", "ann")
	wantKind(t, err, engine.NotFound)
}

func TestADeclaredIncidentCanLoseAllItsAlerts(t *testing.T) {
	r := newRig(t)
	declared, err := r.Declare(t.Context(), engine.Declaration{Actor: "ann", Title: "Checkout is down", Service: "checkout", Environment: "prod"})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.ingest(alert("a")).Alerts[0].IncidentID; got != declared.ID {
		t.Fatalf("the alert stands in %s", got)
	}
	fresh, err := r.Split(t.Context(), declared.ID, engine.Cut{Alerts: []string{"a"}, Actor: "ann"})
	if err != nil || fresh.Firing != 1 {
		t.Fatalf("%+v, %v", fresh, err)
	}
	if d := r.detail(declared.ID); !d.Live() || d.Series != 0 || d.Firing != 0 {
		t.Errorf("%s with %d series, %d firing", d.Status, d.Series, d.Firing)
	}
}

func TestMergingKeepsWhatAPersonSaidOfTheSeverity(t *testing.T) {
	r := newRig(t)
	to := r.ingest(alert("a", severity(engine.SeverityCritical))).Alerts[0].IncidentID
	from := r.ingest(alert("b", service("cart"), severity(engine.SeverityCritical))).Alerts[0].IncidentID
	if _, _, err := r.SetSeverity(t.Context(), to, "ann", engine.SeverityLow, "nobody sees it"); err != nil {
		t.Fatal(err)
	}
	if got := r.merge(from, to); got.Severity != engine.SeverityLow {
		t.Errorf("it is %s; a person said low, and nothing is worse than what they knew", got.Severity)
	}
}

func TestWhoHasAnIncidentIsRemindedOfWhatItIsMergedInto(t *testing.T) {
	r := newRig(t, func(c *engine.Config) { c.Reminders = engine.Reminders{Update: 30 * time.Minute, Unresolved: -1} })
	r.running()
	to, from := r.pair()
	if _, err := r.AcknowledgeAs(t.Context(), from, engine.Person{ID: "U0ANN", Name: "ann"}); err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(31 * time.Minute)
	r.work(engine.JobRemind, from)
	asked, ok := r.post("reply:reminder:" + from + ":update:1")
	if !ok {
		t.Fatal("nobody is reminded before")
	}
	r.merge(from, to)
	if over, _ := r.post(asked.Key); over.Wanted == asked.Wanted {
		t.Error("the reminder of what was merged still asks")
	}
	r.eventually("a reminder of what it was merged into", func() bool {
		_, ok := r.post("reply:reminder:" + to + ":update:1")
		return ok
	})
}

func TestWhoOwnsWhatASplitLeavesClearIsAskedWhetherItIsOver(t *testing.T) {
	r := newRig(t, func(c *engine.Config) {
		c.Reminders = engine.Reminders{Update: time.Nanosecond, Unresolved: 24 * time.Hour}
	})
	r.running()
	ann := engine.Person{ID: "U0ANN", Name: "ann"}
	low := func(a *engine.Alert) { a.Severity = engine.SeverityLow }
	id := r.ingest(alert("a", low), alert("b", low, func(a *engine.Alert) { a.Name = "Other" })).Alerts[0].IncidentID
	if _, err := r.Assign(t.Context(), id, ann, &ann); err != nil {
		t.Fatal(err)
	}
	r.ingest(alert("a", low, ended(r.clock.Now())))
	if _, err := r.Split(t.Context(), id, engine.Cut{Alerts: []string{"b"}, Actor: "ann"}); err != nil {
		t.Fatal(err)
	}
	if d := r.detail(id); !d.Clear() {
		t.Fatalf("%+v", d.Incident)
	}
	r.clock.Advance(time.Second)
	r.eventually("the question whether it is over", func() bool {
		_, ok := r.post("reply:reminder:" + id + ":unresolved:1")
		return ok
	})
}

func TestASeriesHasOneOpenIncident(t *testing.T) {
	alone := func(a *engine.Alert) { a.Environment = "" } // nothing but its series says where it belongs
	now := func(r *rig) func(*engine.Alert) {
		return func(a *engine.Alert) { a.StartedAt = r.clock.Now() }
	}
	for name, open := range map[string]func(r *rig, id string) error{
		"somebody owns it": func(r *rig, id string) error {
			_, err := r.Assign(r.t.Context(), id, engine.Person{Name: "ann"}, &engine.Person{Name: "ann"})
			return err
		},
		"another of its alerts still fires": func(r *rig, id string) error {
			r.merge(r.ingest(alert("b", now(r))).Alerts[0].IncidentID, id)
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			id := r.ingest(alert("a", alone)).Alerts[0].IncidentID
			if err := open(r, id); err != nil {
				t.Fatal(err)
			}
			r.clock.Advance(time.Minute)
			r.ingest(alert("a", alone, ended(r.clock.Now())))
			if d := r.detail(id); d.Status == engine.Resolved {
				t.Fatal("it is over")
			}
			r.clock.Advance(2 * time.Hour)
			if again := r.ingest(alert("a", alone, now(r))).Alerts[0].IncidentID; again != id {
				t.Errorf("it fires again in %s, and %s is %s", again, id, r.detail(id).Status)
			}
		})
	}
}
