package engine

import "ragoffire/engine/ground"

// The lengths that words may have, in characters.
const (
	summaryLimit = 400
	shortLimit   = 300
)

// hold returns those of a draft's texts that the brief bears out, nil where that
// is none; drop is told of each that it does not.
func (b *brief) hold(w Wording, drop func(part string, why ground.Reason)) *Wording {
	sources := ground.NewSources(append([]string{b.Facts}, b.failed...), b.history, b.ids...)
	for _, id := range w.Cites {
		if !sources.Cites(id) { // it made up its evidence, so who knows what else
			drop("cites", ground.ID)
			return nil
		}
	}
	action := ground.NewSources(nil, []string{b.Action})
	checks := ground.NewSources(nil, append([]string{b.Action}, b.checks...))
	for _, part := range []struct {
		name  string
		text  *string
		limit int
	}{{"summary", &w.Summary, summaryLimit}, {"action", &w.Action, shortLimit}, {"check", &w.Check, shortLimit}} {
		if *part.text == "" {
			continue
		}
		why := sources.Check(*part.text, part.limit)
		switch { // what another incident did, or with another figure, is not this action
		case why != ground.Fine:
		case part.name == "action":
			why = action.Rewords(*part.text)
		case part.name == "check":
			why = checks.Does(*part.text)
		}
		if why != ground.Fine {
			drop(part.name, why)
			*part.text = ""
		}
	}
	if w.Summary == "" && w.Action == "" && w.Check == "" {
		return nil
	}
	return &w
}
