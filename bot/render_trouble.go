package bot

import (
	"cmp"

	"ragoffire/engine"
)

// trouble says that a source does not get through, and what to do about it.
func (r *renderer) trouble(t *engine.Trouble) *message {
	words, where := r.troubleWords(t)
	m := &message{text: r.notify(t.Source, maxName) + ": " + r.notify(bare(words), 240)}
	m.add(
		section("*"+r.esc(t.Source, maxName)+"*: "+words),
		footnote(join("since "+clock(t.Since), where, "told once a day")),
	)
	return m.fit()
}

func (r *renderer) troubleWords(t *engine.Trouble) (words, where string) {
	reason := r.esc(t.Reason, maxTitle)
	switch t.What {
	case engine.TroubleUnread:
		words = several(t.Count, "alert", "alerts") + " could not be read and are kept; the rest went in."
		if reason != "" {
			words += " The first: " + reason
		}
		return words, "the dashboard shows what came, `rof source test` what it would become"
	case engine.TroubleRefused:
		return several(t.Count, "delivery", "deliveries") + " refused, " + cmp.Or(reason, "not trusted") + ". Fix: " + r.esc(t.Fix, maxTitle) + ".",
			"counts: `rof source list`"
	}
	return several(t.Count, "thing", "things") + " went wrong: " + reason, ""
}

// several counts what goes on: exactly while it is few, and then in steps, so
// that a message need not be edited for each.
func several(n int, one, more string) string {
	switch {
	case n == 1:
		return "1 " + one
	case n < 20:
		return itoa(n) + " " + more
	}
	unit := 1
	for n/unit >= 10 {
		unit *= 10
	}
	lead := 1
	for _, step := range []int{2, 5} {
		if n/unit >= step {
			lead = step
		}
	}
	return "at least " + itoa(lead*unit) + " " + more
}
