package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"ragoffire/engine"
)

// post renders a post from the state of its subject as the reader sees it.
func (r *renderer) post(ctx context.Context, in engine.Reader, p *engine.Post, now time.Time) (*message, error) {
	switch p.Kind {
	case engine.PostDecision, engine.PostOutcome:
		d, err := decided(ctx, in, p)
		if err != nil {
			return nil, err
		}
		if p.Kind == engine.PostOutcome {
			return r.outcome(&d), nil
		}
		return r.decision(&d, now), nil
	case engine.PostNotice:
		i, err := in.Incident(ctx, p.Subject)
		if err != nil {
			return nil, err
		}
		var n engine.Notice
		if err := json.Unmarshal(p.Detail, &n); err != nil {
			return nil, fmt.Errorf("notice %s: %w", p.Key, err)
		}
		return r.notice(&i, &n), nil
	}
	switch p.Kind {
	case engine.PostDigest:
		d, list, err := digested(ctx, in, p)
		if err != nil {
			return nil, err
		}
		return r.digest(&d, list), nil
	case engine.PostReply:
		return r.replyOf(ctx, in, p)
	case engine.PostTrouble:
		t, err := in.Trouble(ctx, p.Subject)
		if err != nil {
			return nil, err
		}
		return r.trouble(&t), nil
	}
	d, err := detail(ctx, in, p)
	if err != nil {
		return nil, err
	}
	if r.depends != nil {
		if d.DependsOn, err = r.depends(ctx, in, &d.Incident); err != nil {
			return nil, err
		}
	}
	if p.Told != "" {
		d.Mention = "" // the digest has pinged
	}
	if inRoom(p) {
		d.Mention, d.Room = "", "" // who is called has been called, and this is the room
	}
	switch p.Kind {
	case engine.PostAlert:
		return r.alert(&d), nil
	case engine.PostJoined:
		return r.joined(&d), nil
	}
	return r.incident(&d), nil
}

// decided reads a decision with what its message says of the world around it.
func decided(ctx context.Context, in engine.Reader, p *engine.Post) (advice, error) {
	d, err := in.Decision(ctx, p.Subject)
	a := advice{Decision: &d}
	if err != nil {
		return a, err
	}
	if d.IncidentID != nil {
		i, err := in.Incident(ctx, *d.IncidentID)
		if err != nil {
			return a, err
		}
		a.live = &i
		if p.Kind == engine.PostOutcome {
			a.alerts, err = in.Alerts(ctx, i.ID)
			return a, err
		}
	}
	if d.Follows == "" {
		return a, nil
	}
	switch before, err := in.Decision(ctx, d.Follows); {
	case err == nil:
		a.before = &before
	case engine.KindOf(err) != engine.NotFound:
		return a, err
	}
	return a, nil
}

// detail reads of an incident what its messages show.
func detail(ctx context.Context, in engine.Reader, p *engine.Post) (d engine.Detail, err error) {
	if d.Incident, err = in.Incident(ctx, p.Subject); err != nil {
		return d, err
	}
	if d.Alerts, err = in.Alerts(ctx, p.Subject); err != nil {
		return d, err
	}
	if p.Kind == engine.PostIncident {
		d.Decisions, _, err = in.Decisions(ctx, engine.DecisionFilter{IncidentID: p.Subject}, "", 5)
	}
	return d, err
}
