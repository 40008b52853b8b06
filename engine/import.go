package engine

import (
	"context"
	"errors"
	"iter"
)

// Line is one row of an import and where it stands.
type Line struct {
	File string // empty for a stream
	Line int
	Row  Row
	Err  error // why it is no row
}

// ImportOptions are how an import is done.
type ImportOptions struct {
	DryRun bool               // look up and count, write nothing
	Bad    func(Line)         // told of each row that did not go in; Err says why
	After  func(ImportReport) // told how far it is after each transaction
	Left   func(ids []string) // told of ids that live here and are left as they are
}

// ImportReport counts what an import did.
type ImportReport struct {
	Incidents int `json:"incidents"` // added or updated
	Runbooks  int `json:"runbooks"`  // added or updated
	Added     int `json:"added"`     // of both
	Updated   int `json:"updated"`
	Unchanged int `json:"unchanged"` // with those that live here and are left as they are
	BadCount  int `json:"bad_count"`
}

// A transaction takes this many rows or bytes of text: enough that its cost is
// shared, few enough that others wait little.
const (
	importRows  = 500
	importBytes = 8 << 20
)

// Import stores the rows, a few hundred a transaction. A bad row is told and the
// rest goes in; what is stored as it is already is left alone. Where the lines
// or the store break off, what went in before stays, and the same import again
// does the rest.
func (e *Engine) Import(ctx context.Context, lines iter.Seq2[Line, error], opt ImportOptions) (ImportReport, error) {
	in := importing{engine: e, opt: opt, ids: make(map[[2]string]bool)}
	for l, err := range lines {
		if err == nil {
			err = in.add(ctx, l)
		}
		if err != nil {
			return in.report, errors.Join(err, in.flush(ctx))
		}
	}
	return in.report, in.flush(ctx)
}

// importing is an import under way, with the batch that is not written yet.
type importing struct {
	engine    *Engine
	opt       ImportOptions
	report    ImportReport
	incidents []Incident
	runbooks  []Runbook
	ids       map[[2]string]bool // of the batch
	size      int
}

// add takes one line into the batch. A row whose id is in the batch already
// updates it, so that one goes in first.
func (in *importing) add(ctx context.Context, l Line) error {
	var i Incident
	var b Runbook
	err := l.Err
	if err == nil {
		err = l.Row.Check()
	}
	if err == nil && l.Row.Kind == KindIncident {
		i = l.Row.Incident()
		err = i.asHistory()
	} else if err == nil {
		b = l.Row.Runbook()
		err = b.complete()
	}
	if err != nil {
		in.report.BadCount++
		if l.Err = err; in.opt.Bad != nil {
			in.opt.Bad(l)
		}
		return nil
	}
	key := [2]string{l.Row.Kind, i.ID + b.ID}
	if in.ids[key] {
		if err := in.flush(ctx); err != nil {
			return err
		}
	}
	in.ids[key] = true
	if l.Row.Kind == KindIncident {
		in.incidents = append(in.incidents, i)
	} else {
		in.runbooks = append(in.runbooks, b)
	}
	if in.size += len(l.Row.Text) + len(l.Row.Symptom) + len(l.Row.RootCause); len(in.ids) >= importRows || in.size >= importBytes {
		return in.flush(ctx)
	}
	return nil
}

// flush writes the batch in one transaction.
func (in *importing) flush(ctx context.Context) error {
	if len(in.ids) == 0 {
		return nil
	}
	e, now := in.engine, in.engine.now()
	var m merge
	do := func(tx Tx) (err error) {
		if m, err = compareHistory(ctx, tx, in.incidents, in.runbooks, now); err != nil || in.opt.DryRun {
			return err
		}
		return e.write(ctx, tx, &m, now)
	}
	if err := e.store.Update(ctx, do); err != nil {
		return err
	}
	if !in.opt.DryRun {
		e.follow(ctx, &m)
	}
	r := &in.report
	written := len(m.incidents) + len(m.runbooks)
	r.Incidents += len(m.incidents)
	r.Runbooks += len(m.runbooks)
	r.Added += m.added
	r.Updated += written - m.added
	r.Unchanged += m.unchanged + len(m.kept)
	if len(m.kept) > 0 && in.opt.Left != nil {
		in.opt.Left(m.kept)
	}
	in.incidents, in.runbooks, in.size = in.incidents[:0], in.runbooks[:0], 0
	clear(in.ids)
	if in.opt.After != nil {
		in.opt.After(*r)
	}
	return nil
}
