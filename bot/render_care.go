package bot

import "ragoffire/engine"

// owned says who owns an incident, and who has acknowledged it where that is
// somebody else or nobody.
func (r *renderer) owned(i *engine.Incident) string {
	who := "owner " + r.person(i.Owner.Name)
	switch {
	case i.AcknowledgedBy == "" && i.Status == engine.Open:
		return who + ", not acknowledged"
	case i.AcknowledgedBy != "" && !i.Owner.Is(engine.Person{ID: i.AcknowledgedUser, Name: i.AcknowledgedBy}):
		return who + ", acknowledged by " + r.person(i.AcknowledgedBy)
	}
	return who
}

func (r *renderer) declaredBy(i *engine.Incident) string {
	if i.DeclaredBy == "" {
		return ""
	}
	return "declared by " + r.person(i.DeclaredBy)
}

// symptomOf is what a declared incident says beyond its title.
func (r *renderer) symptomOf(i *engine.Incident) string {
	if i.Symptom == i.Title {
		return ""
	}
	return r.escLines(i.Symptom, maxAction)
}

// lastUpdate is the news for those who wait.
func (r *renderer) lastUpdate(i *engine.Incident) string {
	if i.LastUpdate == nil || i.Status == engine.Resolved {
		return ""
	}
	return join("Update "+clock(i.LastUpdate.At), r.esc(i.LastUpdate.Text, maxLine))
}
