package engine

import (
	"context"

	"ragoffire/engine/ground"
)

// wordsOf is the job that gets a decision its words, where there is a writer and
// something to explain.
func (e *Engine) wordsOf(d *Decision) []Job {
	if e.cfg.Writer == nil || d.Abstained {
		return nil
	}
	return []Job{{Kind: JobWord, Subject: d.ID}}
}

// wordable reports whether a decision is still to be explained: people have not
// judged it and nothing newer has overtaken it.
func (d *Decision) wordable() bool {
	return !d.Abstained && d.RecommendedAction != nil && d.Status == Proposed && len(d.Reviews) == 0 && d.Outcome == nil &&
		d.Outdated == "" && d.SupersededBy == ""
}

// word is the job that asks the writer for a decision's words. It asks once for
// an incident and its evidence: what came of that is kept, be it nothing. A
// writer that fails costs the words only, so the job is done then, too.
func (e *Engine) word(ctx context.Context, id string) error {
	if e.cfg.Writer == nil {
		return nil
	}
	var d Decision
	var b *brief
	var known *Decision
	err := e.store.View(ctx, func(r Reader) (err error) {
		if d, err = r.Decision(ctx, id); err != nil || !d.wordable() {
			return err
		}
		if newest, err := isNewest(ctx, r, &d); err != nil || !newest {
			return err
		}
		if b, err = e.newBrief(ctx, r, &d); err != nil {
			return err
		}
		known, err = wordedBefore(ctx, r, &d, b.hash)
		return err
	})
	if KindOf(err) == NotFound {
		return nil
	}
	if err != nil || b == nil || d.WordedFor == b.hash {
		return err
	}
	if known != nil {
		if known.Words == nil {
			return e.reword(ctx, id, b.hash, nil)
		}
		fits := true
		// The alert may have changed since; words that still hold are used again.
		if w := b.hold(*known.Words, func(string, ground.Reason) { fits = false }); fits {
			e.countWords("reused")
			return e.reword(ctx, id, b.hash, w)
		}
	}
	draft, err := e.cfg.Writer.Write(ctx, b.Brief)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		e.countWords("failed")
		e.log.WarnContext(ctx, "no words of a model; the decision stands as it is", "decision", id, "error", err)
		return nil
	}
	return e.reword(ctx, id, b.hash, e.held(ctx, id, b, draft))
}

// held are the words of a draft that may be shown; what may not is counted.
func (e *Engine) held(ctx context.Context, id string, b *brief, draft Draft) *Wording {
	drop := func(part string, why ground.Reason) {
		e.countWords("dropped_" + string(why))
		e.log.InfoContext(ctx, "a model's text is not shown", "decision", id, "part", part, "reason", string(why))
	}
	for range draft.Withheld {
		drop("some", "secret")
	}
	w := b.hold(Wording{
		Summary: draft.Summary, Action: draft.Action, Check: draft.Check, Cites: draft.Cites,
		Model: e.cfg.Writer.Model(), At: e.now(),
	}, drop)
	if w != nil {
		e.countWords("shown")
	}
	return w
}

// reword puts words beside a decision, if it is still one to explain; nil says
// that its evidence has none.
func (e *Engine) reword(ctx context.Context, id, hash string, words *Wording) error {
	return e.store.Update(ctx, func(tx Tx) error {
		d, err := tx.Decision(ctx, id)
		if KindOf(err) == NotFound {
			return nil
		}
		if err != nil || !d.wordable() || d.WordedFor == hash {
			return err
		}
		if newest, err := isNewest(ctx, tx, &d); err != nil || !newest {
			return err
		}
		d.WordedFor, d.Words, d.Generator = hash, words, deterministic
		if words != nil {
			d.Generator = words.Model
		}
		if err := tx.PutDecisions(ctx, []Decision{d}); err != nil || words == nil {
			return err
		}
		if err := e.tellDecision(ctx, tx, &d, e.now()); err != nil {
			return err
		}
		w := newWants(e.now())
		if d.IncidentID == nil {
			w.decision(&d, nil, e.answersTo())
			return w.write(ctx, tx)
		}
		i, err := tx.Incident(ctx, *d.IncidentID)
		if err != nil {
			return err
		}
		w.decision(&d, &i, "")
		return w.write(ctx, tx)
	})
}

func isNewest(ctx context.Context, r Reader, d *Decision) (bool, error) {
	if d.IncidentID == nil {
		return true, nil
	}
	newest, _, err := r.Decisions(ctx, DecisionFilter{IncidentID: *d.IncidentID}, "", 1)
	return err == nil && len(newest) > 0 && newest[0].ID == d.ID, err
}

// wordedRead is how many earlier decisions are looked through for their words.
const wordedRead = 50

// wordedBefore finds another decision with the same evidence that was worded
// already: of the same incident, or for the same question where there is none.
func wordedBefore(ctx context.Context, r Reader, d *Decision, hash string) (*Decision, error) {
	var f DecisionFilter
	if d.IncidentID != nil {
		f.IncidentID = *d.IncidentID
	}
	earlier, _, err := r.Decisions(ctx, f, "", wordedRead)
	if err != nil {
		return nil, err
	}
	for n := range earlier {
		if earlier[n].ID != d.ID && earlier[n].WordedFor == hash {
			return &earlier[n], nil
		}
	}
	return nil, nil
}

func (e *Engine) countWords(what string) {
	if e.cfg.CountWords != nil {
		e.cfg.CountWords(what)
	}
}
