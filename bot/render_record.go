package bot

import (
	"fmt"
	"strings"

	"ragoffire/engine"
)

// record is what history says of the fix itself: worked 1 of 2, and where.
func (r *renderer) record(d *engine.Decision) string {
	f := d.Fix
	if f == nil || f.Tried == 0 {
		return ""
	}
	s := fmt.Sprintf("worked %d of %d", f.Worked, f.Tried)
	if d.Example {
		s += " (example)" // a seed's record is no statistic
	}
	var trials []string
	for n := range f.Trials[:min(len(f.Trials), 4)] {
		trials = append(trials, r.trial(&f.Trials[n]))
	}
	switch {
	case len(trials) == 0 && f.Took != "":
		return s + ", in " + r.esc(f.Took, 40)
	case len(trials) == 0:
		return s
	case f.Tried > len(trials):
		trials = append(trials, itoa(f.Tried-len(trials))+" more")
	}
	return s + ": " + strings.Join(trials, "; ")
}

// trial is one time that the fix was tried: INC-2025-006 failed, pool was too
// small.
func (r *renderer) trial(t *engine.Trial) string {
	s := r.esc(t.ID, maxName)
	switch t.Outcome {
	case engine.Worked:
		if t.Took != "" {
			return s + " in " + r.esc(t.Took, 40)
		}
		s += " worked"
	case engine.Reverted:
		s += " taken back"
	case engine.Failed, engine.NotTried:
		s += " " + r.esc(string(t.Outcome), 40)
	}
	if t.Note != "" {
		s += ", " + r.esc(t.Note, maxTitle)
	}
	return s
}
