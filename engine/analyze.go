package engine

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// Analyze answers a question from history and records the answer. Where it was
// asked in chat, the same request gets the same decision: asking is repeated
// when a process dies between deciding and saying so.
func (e *Engine) Analyze(ctx context.Context, q Question) (Decision, error) {
	e.placed(&q)
	if err := q.check(); err != nil {
		return Decision{}, err
	}
	in, err := e.inquire(ctx, q, e.now())
	if err != nil {
		return Decision{}, err
	}
	d, err := e.adviser().answer(ctx, in)
	if err != nil {
		return Decision{}, err
	}
	if q.Asked != nil {
		d.ID = requestID(q.Asked.Request)
	}
	err = e.store.Update(ctx, func(tx Tx) error {
		if q.Asked != nil {
			known, err := tx.Decision(ctx, d.ID)
			if err == nil {
				d = known
				return nil
			}
			if KindOf(err) != NotFound {
				return err
			}
		}
		return e.keep(ctx, tx, &d, nil)
	})
	return d, err
}

// keep stores a fresh decision with its event and the post it wants.
func (e *Engine) keep(ctx context.Context, tx Tx, d *Decision, i *Incident) error {
	if err := tx.PutDecisions(ctx, []Decision{*d}); err != nil {
		return err
	}
	if err := e.tellDecision(ctx, tx, d, d.CreatedAt); err != nil {
		return err
	}
	w := newWants(d.CreatedAt)
	w.decision(d, i, e.answersTo())
	if i != nil {
		w.incident(i)
	}
	w.jobs = append(w.jobs, e.wordsOf(d)...)
	return w.write(ctx, tx)
}

// answersTo is where decisions go that nobody asked for in chat.
func (e *Engine) answersTo() string {
	if e.cfg.PostAnswers {
		return e.cfg.Channel
	}
	return ""
}

// requestID names the decision of a request.
func requestID(request string) string {
	sum := sha256.Sum256([]byte(request))
	return "dec_" + base32.NewEncoding(crockford).WithPadding(base32.NoPadding).EncodeToString(sum[:16])
}

// placed fills in what a question's labels and the config say of it, as they would of
// an alert.
func (e *Engine) placed(q *Question) {
	q.Service = cmp.Or(q.Service, q.Labels["service"])
	q.Environment = cmp.Or(q.Environment, q.Labels["environment"])
	q.ErrorType = cmp.Or(q.ErrorType, q.Labels["error_type"])
	if q.ErrorType == "" {
		q.ErrorType = e.typeOf(&Alert{
			Name: q.Labels[alertName], Service: q.Service, Environment: q.Environment, Labels: q.Labels, Severity: ParseSeverity(q.Labels["severity"]),
		})
	}
}

// Asks reports whether there is anything in the question to look for.
func (q *Question) Asks() bool {
	return q.ErrorType != "" || q.Text != "" || q.Labels[alertName] != ""
}

// check cleans a question and refuses one that asks nothing.
func (q *Question) check() error {
	for _, s := range []*string{&q.ErrorType, &q.Service, &q.Environment, &q.Text} {
		*s = strings.TrimSpace(Clean(*s))
	}
	if !q.Asks() {
		return Invalidf("error_type", "nothing to analyze: give error_type or description")
	}
	if q.Spike != nil {
		if _, err := ParsePercent(Percent(*q.Spike)); err != nil {
			return Invalidf("spike_percentage", "spike_percentage must be a number of percent between -1e9 and 1e9")
		}
	}
	return nil
}
