package engine

import (
	"context"
	"strings"
)

// Runbook finds a runbook by its id, else the one that a few words are most
// likely to mean.
func (e *Engine) Runbook(ctx context.Context, name string) (Runbook, error) {
	name = strings.TrimSpace(Clean(name))
	if name == "" {
		return Runbook{}, Invalidf("name", "which runbook? Say its id or a few words of its title")
	}
	b, err := e.runbook(ctx, name)
	if KindOf(err) != NotFound {
		return b, err
	}
	found, err := e.Search(ctx, SearchQuery{Text: name, K: 1, Kind: KindRunbook})
	if err != nil {
		return Runbook{}, err
	}
	if len(found) == 0 {
		return Runbook{}, NotFoundf("there is no runbook like %q", name)
	}
	return e.runbook(ctx, found[0].ID)
}

// RunbookByID returns the runbook with that id, and no other.
func (e *Engine) RunbookByID(ctx context.Context, id string) (Runbook, error) {
	return e.runbook(ctx, id)
}

// Runbooks lists runbooks by id.
func (e *Engine) Runbooks(ctx context.Context, after string, limit int) (p Page[Runbook], err error) {
	err = e.store.View(ctx, func(r Reader) error {
		p.Items, p.Next, err = r.Runbooks(ctx, after, limit)
		return err
	})
	return p, err
}

// RunbookFor is the runbook that suits an incident best: what its latest advice
// cites, else what its own words find.
func (e *Engine) RunbookFor(ctx context.Context, id string) (Runbook, error) {
	d, err := e.Incident(ctx, id)
	if err != nil {
		return Runbook{}, err
	}
	for n := range d.Decisions {
		if cited := d.Decisions[n].runbook(); cited != "" {
			if b, err := e.runbook(ctx, cited); KindOf(err) != NotFound {
				return b, err
			}
		}
	}
	found, err := e.Search(ctx, SearchQuery{Text: strings.Join([]string{d.Title, d.Symptom, d.Service, Words(d.ErrorType)}, " "), K: 1, Kind: KindRunbook})
	if err != nil {
		return Runbook{}, err
	}
	if len(found) == 0 || len(found[0].Matched) == 0 {
		return Runbook{}, NotFoundf("no runbook is known for %s", id)
	}
	return e.runbook(ctx, found[0].ID)
}

func (e *Engine) runbook(ctx context.Context, id string) (b Runbook, err error) {
	err = e.store.View(ctx, func(r Reader) error {
		b, err = r.Runbook(ctx, id)
		return err
	})
	return b, err
}

// runbook is the best runbook that a decision rests on, or "".
func (d *Decision) runbook() string {
	if d.MatchedRunbook != nil {
		return *d.MatchedRunbook
	}
	for n := range d.Evidence {
		if d.Evidence[n].Kind == KindRunbook {
			return d.Evidence[n].ID
		}
	}
	return ""
}
