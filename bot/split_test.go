package bot_test

import (
	"testing"
	"time"

	"ragoffire/engine"
)

func TestAnAlertWhoseNameHasBlanksIsTakenOut(t *testing.T) {
	r := newRig(t, setup{})
	began := time.Now()
	id := r.send("CheckoutSlow", "checkout", engine.Firing, began)
	head := r.headOf(id)
	for _, name := range []string{"CheckoutErrors", "CheckoutQueue", "Disk is full"} {
		r.send(name, "checkout", engine.Firing, began)
	}
	m := r.inThread(head.TS, "3 alerts joined", "Disk is full", "split NAME")
	r.click(bob, m.TS, "incident_split")
	r.told(bob, "Disk is full", "/incident split "+id+" alr_", "/incident split "+id+" fpcheckoutqueue")
	r.mention(bob, head.TS, "split disk is full")
	r.told(bob, "Disk is full", "is an incident of its own now")
	r.mention(bob, head.TS, "split “CheckoutErrors”, CheckoutQueue")
	r.inThread(head.TS, "2 alerts taken out by @bob")

	// Without a name it is the last that joined, also beside alerts that have no name.
	rec, err := r.engine.Ingest(t.Context(), engine.Delivery{Source: "generic", Alerts: []engine.Alert{{
		Source: "generic", Fingerprint: "nameless", Status: engine.Firing, Title: "slow", Service: "checkout", Environment: "prod", StartedAt: began,
	}}})
	if err != nil || rec.Alerts[0].IncidentID != id {
		t.Fatalf("%+v, %v", rec, err)
	}
	r.mention(carol, head.TS, "split")
	r.told(carol, "slow", "is an incident of its own now")
}
