package engine

// propose fills in the match, its action and the record of the fix.
func (a *adviser) propose(d *Decision, ask *inquiry, best *candidate) {
	action := best.action.text
	d.RecommendedAction, d.Example = &action, best.example()
	d.Fix = a.fixRecord(ask, best)
	if best.runbook != nil {
		d.MatchedRunbook = &best.id
		return
	}
	d.MatchedIncident, d.Then, d.thenSymptom = &best.id, best.incident.spike, best.incident.symptom
}
