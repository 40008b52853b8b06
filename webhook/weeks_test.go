package webhook_test

import (
	"testing"

	"ragoffire/engine"
)

func TestWeeksAreTheSameOverTheAPI(t *testing.T) {
	r := start(t, nil)
	type week struct {
		From         string
		Opened       int
		Acknowledged int
		MTTASeconds  *float64 `json:"mtta_seconds"`
		Resolved     int
		MTTRSeconds  *float64 `json:"mttr_seconds"`
		Silent       int
	}
	var got struct {
		Weeks []week
		Short bool
	}
	id, _ := r.do("POST", "/api/v1/decisions/stream-anomaly", anomaly(nil)).want(t, 202).field(t, "incident_id").(string)
	r.do("POST", "/api/v1/incidents/"+id+"/ack", `{"actor":"ann"}`).want(t, 200)
	eventually(t, "the decision", func() bool {
		p, err := r.engine.Decisions(t.Context(), engine.DecisionFilter{IncidentID: id}, "", 1)
		return err == nil && len(p.Items) == 1
	})
	r.do("GET", "/api/v1/stats/weeks?last=3", "").want(t, 200).decode(t, &got)
	if len(got.Weeks) != 3 || got.Short {
		t.Fatalf("%+v", got)
	}
	if w := got.Weeks[1]; w.Opened != 0 || w.MTTASeconds != nil || w.MTTRSeconds != nil {
		t.Errorf("a week without anything has figures: %+v", w)
	}
	if w := got.Weeks[2]; w.Opened != 1 || w.Acknowledged != 1 || w.MTTASeconds == nil || w.Resolved != 0 || w.MTTRSeconds != nil || w.Silent != 1 {
		t.Errorf("this week: %+v", w)
	}
	r.do("GET", "/api/v1/stats/weeks", "").want(t, 200).decode(t, &got)
	if len(got.Weeks) != 12 {
		t.Errorf("%d weeks where none were asked for, want 12", len(got.Weeks))
	}
	r.do("GET", "/api/v1/stats/weeks?last=0", "").want(t, 422)
}
