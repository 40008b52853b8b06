package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ragoffire/engine"
)

func TestFiringOpensOneIncidentAndARepeatChangesNothing(t *testing.T) {
	r := newRig(t)
	first := r.ingest(alert("a"))
	if first.Accepted != 1 || first.Ignored != 0 || first.Alerts[0].IncidentID == "" || first.Alerts[0].AlertID == "" {
		t.Fatalf("receipt %+v", first)
	}
	before, err := r.Events(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	again := r.ingest(alert("a"))
	if again.Accepted != 0 || again.Ignored != 1 || again.Alerts[0].AlertID != first.Alerts[0].AlertID || again.Alerts[0].IncidentID != first.Alerts[0].IncidentID {
		t.Fatalf("receipt of the repeat %+v; first %+v", again, first)
	}
	after, err := r.Events(t.Context(), 0, 100)
	if err != nil || len(after) != len(before) || len(before) != 2 {
		t.Fatalf("%d events, then %d, %v; want 2 (anomaly, incident) and no more", len(before), len(after), err)
	}
	d := r.detail(first.Alerts[0].IncidentID)
	if d.Alerts[0].Count != 2 || d.Firing != 1 || d.Series != 1 || d.Status != engine.Open || d.Severity != engine.SeverityHigh {
		t.Errorf("incident %+v, alert count %d", d.Incident, d.Alerts[0].Count)
	}
	if len(r.posts()) != 2 {
		t.Errorf("%d posts wanted; want the message and the plain alert", len(r.posts()))
	}
}

func TestSeriesJoinOneIncident(t *testing.T) {
	group := func(key string) func(*engine.Alert) { return func(a *engine.Alert) { a.GroupKey = key } }
	service := func(name string) func(*engine.Alert) { return func(a *engine.Alert) { a.Service = name } }
	env := func(name string) func(*engine.Alert) { return func(a *engine.Alert) { a.Environment = name } }
	tests := []struct {
		name   string
		second engine.Alert
		wait   time.Duration
		off    bool
		joins  bool
	}{
		{"of the sender's group, whatever the service", alert("b", group("g"), service("cart")), time.Hour, false, true},
		{"of the sender's group, with grouping by service off", alert("b", group("g")), 0, true, true},
		{"of the same service and environment, soon", alert("b"), 4 * time.Minute, false, true},
		{"of the same service, too late", alert("b"), 5 * time.Minute, false, false},
		{"of the same service in another environment", alert("b", env("staging")), 0, false, false},
		{"of another service", alert("b", service("cart")), 0, false, false},
		{"without an environment", alert("b", env("")), 0, false, false},
		{"of the same service with grouping off", alert("b"), 0, true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, func(c *engine.Config) { c.NoServiceGroups = tt.off })
			one := r.ingest(alert("a", group("g"))).Alerts[0].IncidentID
			r.clock.Advance(tt.wait)
			two := r.ingest(tt.second).Alerts[0].IncidentID
			if joined := one == two; joined != tt.joins {
				t.Fatalf("joined = %v; want %v", joined, tt.joins)
			}
			if !tt.joins {
				return
			}
			d := r.detail(one)
			if d.Series != 2 || d.Firing != 2 || len(d.Alerts) != 2 {
				t.Errorf("%d series, %d firing, %d alerts; want 2 of each", d.Series, d.Firing, len(d.Alerts))
			}
			if !slices.ContainsFunc(d.Alerts, func(a engine.Alert) bool { return strings.HasPrefix(a.Joined, "same ") }) {
				t.Error("no alert says why it joined")
			}
		})
	}
}

func TestOneDeliveryMayHoldManySeriesAndNoIncidentTwice(t *testing.T) {
	r := newRig(t)
	got := r.ingest(alert("a"), alert("b"), alert("a"), alert("c", func(a *engine.Alert) { a.Service = "cart" }))
	ids := map[string]bool{}
	for _, a := range got.Alerts {
		ids[a.IncidentID] = true
	}
	if got.Accepted != 3 || got.Ignored != 1 || len(ids) != 2 || len(r.incidents()) != 2 {
		t.Errorf("receipt %+v, %d incidents; want 3 accepted, 1 ignored, 2 incidents", got, len(r.incidents()))
	}
}

func TestAnIncidentKeepsTheLargestSpikeOfItsKind(t *testing.T) {
	r := newRig(t)
	spike := func(errorType string, pct float64) func(*engine.Alert) {
		return func(a *engine.Alert) { a.ErrorType, a.Spike = errorType, &pct }
	}
	id := r.ingest(
		alert("a", spike("replica_lag", 450)), alert("b", spike("replica_lag", 430)), alert("c", spike("disk_full", 900)),
	).Alerts[0].IncidentID
	if d := r.detail(id); d.Spike == nil || *d.Spike != 450 || d.ErrorType != "replica_lag" {
		t.Errorf("%s with %v; want replica_lag with 450", d.ErrorType, *d.Spike)
	}
}

func TestAStormInOneDeliveryIsStoredWhole(t *testing.T) {
	r := newRig(t)
	var alerts []engine.Alert
	for n := range 1200 {
		alerts = append(alerts, alert(fmt.Sprint("storm-", n), func(a *engine.Alert) { a.GroupKey = "storm" }))
	}
	got := r.ingest(alerts...)
	if got.Accepted != 1200 || len(got.Alerts) != 1200 || got.Alerts[0].IncidentID != got.Alerts[1199].IncidentID {
		t.Fatalf("%d accepted, %d results", got.Accepted, len(got.Alerts))
	}
	if d := r.detail(got.Alerts[0].IncidentID); d.Firing != 1200 || len(d.Alerts) != 1200 {
		t.Errorf("%d firing, %d alerts", d.Firing, len(d.Alerts))
	}
	if again := r.ingest(alerts...); again.Accepted != 0 || again.Ignored != 1200 {
		t.Errorf("sent again: %+v", again)
	}
}

func TestAnEndThatOvertakesItsBeginningLeavesNothingOpen(t *testing.T) {
	r := newRig(t)
	began := alert("a").StartedAt
	over := alert("a", ended(began.Add(5*time.Minute)))
	for n, in := range []engine.Alert{over, alert("a"), over, alert("a", func(a *engine.Alert) { a.StartedAt = began.Add(time.Minute) })} {
		if got := r.ingest(in); got.Accepted != 0 || got.Ignored != 1 || got.Alerts[0].IncidentID != "" {
			t.Errorf("delivery %d: %+v; want it counted, and nothing else", n, got)
		}
	}
	if n := len(r.incidents()); n != 0 {
		t.Errorf("%d incidents", n)
	}
	next := r.ingest(alert("a", func(a *engine.Alert) { a.StartedAt = began.Add(6 * time.Minute) }))
	if next.Accepted != 1 || len(r.incidents()) != 1 {
		t.Errorf("what fires after that: %+v, %d incidents; want one", next, len(r.incidents()))
	}
	unstarted := r.ingest(alert("b", ended(began), func(a *engine.Alert) { a.StartedAt = time.Time{} }), alert("b"))
	if unstarted.Ignored != 2 {
		t.Errorf("an end that does not say when it began: %+v; want what began no later to be over", unstarted)
	}
}

func TestWhatAStreamKeptForUsIsGroupedByWhenItCame(t *testing.T) {
	r := newRig(t)
	came := func(before time.Duration) func(*engine.Alert) {
		return func(a *engine.Alert) { a.ReceivedAt = r.clock.Now().Add(-before) }
	}
	got := r.ingest(alert("a", came(55*time.Minute)), alert("b", came(52*time.Minute)), alert("c", came(20*time.Minute)), alert("d", came(40*time.Minute))).Alerts
	if got[0].IncidentID != got[1].IncidentID || got[1].IncidentID == got[2].IncidentID || got[3].IncidentID == got[0].IncidentID || got[3].IncidentID == got[2].IncidentID {
		t.Errorf("%+v; want a and b together, and c and d each alone", got)
	}
	for _, a := range r.detail(got[1].IncidentID).Alerts {
		if a.ID == got[1].AlertID && a.Joined != "same service and environment, 3 min after the one before" {
			t.Errorf("%q", a.Joined)
		}
	}
}

func TestAClockThatIsSetRightMakesNothingNewLate(t *testing.T) {
	r := newRig(t)
	now := r.clock.Now()
	ahead := func(a *engine.Alert) { a.StartedAt = now.Add(2 * time.Hour) }
	id := r.ingest(alert("a", ahead)).Alerts[0].IncidentID
	r.ingest(alert("a", ahead, ended(now.Add(2*time.Hour+time.Minute))))
	r.clock.Advance(5 * time.Minute)
	right := func(a *engine.Alert) { a.StartedAt = r.clock.Now() }
	for n := range 2 { // once more is a repeat
		if got := r.ingest(alert("a", right)); got.Accepted != 1-n || got.Alerts[0].IncidentID != id {
			t.Errorf("%d: %+v", n, got)
		}
	}
	if d := r.detail(id); d.Status != engine.Open || d.Firing != 1 || len(d.Alerts) != 2 || d.Alerts[0].Status == d.Alerts[1].Status {
		t.Errorf("%+v", d)
	}
	r.clock.Advance(time.Minute)
	r.ingest(alert("a", right, ended(r.clock.Now())))
	if d := r.detail(id); d.Firing != 0 || d.Status != engine.Resolved {
		t.Errorf("%+v", d.Incident)
	}
}

func TestAnAlertWithoutATitleIsCalledByItsDescription(t *testing.T) {
	r := newRig(t)
	id := r.ingest(alert("a", func(a *engine.Alert) { a.Title, a.Name, a.Description = "", "", "Checkout is slow\nand so is cart" })).Alerts[0].IncidentID
	if d := r.detail(id); d.Title != "Checkout is slow" {
		t.Errorf("title %q", d.Title)
	}
}

func TestAnIncidentResolvesWhenAllItsSeriesHave(t *testing.T) {
	r := newRig(t)
	id := r.ingest(alert("a"), alert("b")).Alerts[0].IncidentID
	r.clock.Advance(10 * time.Minute)
	r.ingest(alert("b", ended(r.clock.Now())))
	if d := r.detail(id); d.Status != engine.Open || d.Firing != 1 {
		t.Fatalf("with one of two ended: %s, %d firing", d.Status, d.Firing)
	}
	r.ingest(alert("a", ended(r.clock.Now())))
	d := r.detail(id)
	if d.Status != engine.Resolved || d.Firing != 0 || d.Reason != engine.ReasonRecovered || d.ResolvedAt == nil || d.Fix() {
		t.Fatalf("with both ended: %+v", d.Incident)
	}
	if n := r.notices(); len(n) != 1 || !strings.Contains(n[0], "all_clear") || !strings.Contains(n[0], "11 min") {
		t.Errorf("notices %v; want one all clear after 11 min", n)
	}
	if got := r.ingest(alert("b", ended(r.clock.Now()))); got.Accepted != 0 {
		t.Errorf("resolved again: %+v; want nothing", got)
	}
}

func TestFiringSoonAfterTheEndReopensTheIncident(t *testing.T) {
	r := newRig(t)
	id := r.ingest(alert("a")).Alerts[0].IncidentID
	r.clock.Advance(10 * time.Minute)
	r.ingest(alert("a", ended(r.clock.Now())))
	r.clock.Advance(3 * time.Minute)
	fires := func(a *engine.Alert) { a.StartedAt = r.clock.Now() }
	if got := r.ingest(alert("a", fires)).Alerts[0].IncidentID; got != id {
		t.Fatalf("fired again in %s; want %s", got, id)
	}
	d := r.detail(id)
	if d.Status != engine.Open || d.Reopened != 1 || d.ResolvedAt != nil || len(d.Alerts) != 2 {
		t.Errorf("%+v with %d episodes", d.Incident, len(d.Alerts))
	}
	if n := r.notices(); !strings.Contains(n[len(n)-1], `"fired_again"`) || !strings.Contains(n[len(n)-1], "3 min") {
		t.Errorf("notices %v; want the last to say fired again after 3 min", n)
	}
	r.ingest(alert("a", fires, ended(r.clock.Now())))
	r.clock.Advance(time.Hour)
	if got := r.ingest(alert("a", fires)).Alerts[0].IncidentID; got == id {
		t.Error("an hour later it must be a new incident")
	}
}

func TestAWorseAlertIsNoticedOnce(t *testing.T) {
	r := newRig(t)
	id := r.ingest(alert("a", func(a *engine.Alert) { a.Severity = engine.SeverityMedium })).Alerts[0].IncidentID
	critical := alert("b", func(a *engine.Alert) { a.Severity = engine.SeverityCritical })
	r.ingest(critical)
	r.ingest(critical)
	if d := r.detail(id); d.Severity != engine.SeverityCritical {
		t.Errorf("severity %s", d.Severity)
	}
	if n := r.notices(); len(n) != 1 || !strings.Contains(n[0], `"worse"`) {
		t.Errorf("notices %v; want one", n)
	}
}

func TestAPersonsResolveWhileTheSenderStillFires(t *testing.T) {
	r := newRig(t)
	id := r.ingest(alert("a")).Alerts[0].IncidentID
	if _, err := r.Resolve(t.Context(), id, engine.Resolution{Actor: "oncall", Resolution: "restarted it"}); err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(time.Minute)
	if got := r.ingest(alert("a")); got.Accepted != 0 || got.Alerts[0].IncidentID != id {
		t.Fatalf("a repeat after a person's resolve: %+v", got)
	}
	d := r.detail(id)
	if d.Status != engine.Resolved || d.Firing != 1 || !d.Alerts[0].ClosedByPerson || d.Alerts[0].Count != 2 {
		t.Fatalf("%+v %+v", d.Incident, d.Alerts[0])
	}
	fresh := alert("a", func(a *engine.Alert) { a.StartedAt = r.clock.Now() })
	if got := r.ingest(fresh); got.Accepted != 1 || got.Alerts[0].IncidentID == id {
		t.Fatalf("a new start: %+v; want a new incident", got)
	}
	if d := r.detail(id); d.Firing != 0 {
		t.Errorf("the old incident still counts %d firing", d.Firing)
	}
}

func TestABodyWithoutFingerprintIsOneSeriesUntilItExpires(t *testing.T) {
	r := newRig(t)
	r.running()
	bare := engine.Alert{ErrorType: "queue_backlog", Service: "mailer", Labels: map[string]string{"queue": "out"}}
	one, two := r.ingest(bare), r.ingest(bare)
	if one.Alerts[0].AlertID != two.Alerts[0].AlertID || two.Ignored != 1 {
		t.Fatalf("%+v then %+v; want the same series", one, two)
	}
	r.clock.Advance(61 * time.Minute)
	if err := r.store.Update(t.Context(), func(tx engine.Tx) error {
		return tx.Enqueue(t.Context(), engine.Job{Kind: engine.JobTidy, Subject: "all"})
	}); err != nil {
		t.Fatal(err)
	}
	id := one.Alerts[0].IncidentID
	deadline := time.Now().Add(10 * time.Second)
	for r.detail(id).Status != engine.Resolved {
		if time.Now().After(deadline) {
			t.Fatalf("after an hour it is %s", r.detail(id).Status)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestAnAlertWhoseSenderNeverEndsItExpires(t *testing.T) {
	r := newRig(t)
	now := r.clock.Now()
	for _, a := range []engine.Alert{{Title: "errors in the log", Fingerprint: "sudo"}, {Title: "errors in the log"}} {
		got, err := r.Ingest(t.Context(), engine.Delivery{Source: "splunk", Expire: 2 * time.Hour, Alerts: []engine.Alert{a}})
		if err != nil {
			t.Fatal(err)
		}
		if at := r.detail(got.Alerts[0].IncidentID).Alerts[0].ExpiresAt; !at.Equal(now.Add(2 * time.Hour)) {
			t.Errorf("fingerprint %q: expires at %v; want two hours after %v", a.Fingerprint, at, now)
		}
	}
}

func TestABodyWithoutFingerprintAndTypeIsToldApartByItsWords(t *testing.T) {
	r := newRig(t)
	said := func(title string) engine.Alert { return engine.Alert{Title: title} }
	got := r.ingest(said("queue out holds 120 mails"), said("queue out holds 480 mails"), said("the printer is on fire"))
	one, two, three := got.Alerts[0].AlertID, got.Alerts[1].AlertID, got.Alerts[2].AlertID
	if one != two || one == three {
		t.Errorf("series %s, %s, %s; want the first two the same: numbers change with each delivery", one, two, three)
	}
	if d := r.detail(got.Alerts[0].IncidentID); d.Alerts[0].ExpiresAt.IsZero() {
		t.Error("it never expires")
	}
}

func TestManyDeliveriesAtOnceAreEachStoredOnce(t *testing.T) {
	r := newRig(t)
	const senders, each = 16, 25
	var group sync.WaitGroup
	for s := range senders {
		group.Go(func() {
			for n := range each {
				a := alert(fmt.Sprintf("%d-%d", s, n), func(a *engine.Alert) { a.Service = fmt.Sprintf("svc-%d-%d", s, n) })
				for range 2 {
					if _, err := r.Ingest(t.Context(), engine.Delivery{Source: "alertmanager", Alerts: []engine.Alert{a}}); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	group.Wait()
	var ids []string
	for after := ""; ; {
		p, err := r.Incidents(t.Context(), engine.IncidentFilter{}, after, 200)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range p.Items {
			ids = append(ids, i.ID)
		}
		if after = p.Next; after == "" {
			break
		}
	}
	slices.Sort(ids)
	if len(ids) != senders*each || len(slices.Compact(ids)) != senders*each {
		t.Errorf("%d incidents; want %d, each once", len(ids), senders*each)
	}
}

func TestTextFromOutsideIsCleanedAtTheEntrance(t *testing.T) {
	r := newRig(t)
	id := r.ingest(alert("a", func(a *engine.Alert) {
		a.Title = "nul \x00 and \xff bad"
		a.Labels = map[string]string{"k\x00": "v\xff"}
	})).Alerts[0].IncidentID
	d := r.detail(id)
	if d.Title != "nul \uFFFD and \uFFFD bad" || d.Labels["k\uFFFD"] != "v\uFFFD" {
		t.Errorf("title %q, labels %q", d.Title, d.Labels)
	}
}
