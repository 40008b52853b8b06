package slackfake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// submitted does to the modal what the app's acknowledgement says.
func (s *Slack) submitted(user, viewID string, ack json.RawMessage, out *Submission) error {
	var answer struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	if len(ack) > 0 {
		if err := json.Unmarshal(ack, &answer); err != nil {
			return fmt.Errorf("not an object: %w", err)
		}
	}
	out.Action, out.Errors = answer.Action, answer.Errors
	v := s.st.surfaces.find(viewID, "")
	if v == nil {
		return nil // replaced meanwhile
	}
	switch answer.Action {
	case "":
		s.st.surfaces.drop(user, viewID, false)
	case "clear":
		s.st.surfaces.drop(user, viewID, true)
	case "errors":
		return s.showErrors(v, answer.Errors)
	case "update", "push":
		return s.showView(v, answer.Action, answer.View)
	default:
		return fmt.Errorf("unknown response_action %q", answer.Action)
	}
	return nil
}

// showErrors puts the app's complaints under the fields; complaints about
// blocks that are no inputs make Slack say that it had trouble connecting.
func (s *Slack) showErrors(v *View, complaints map[string]string) error {
	if len(complaints) == 0 {
		return errors.New("errors without errors")
	}
	for block := range complaints {
		isInput := func(b map[string]any) bool { return b["block_id"] == block && b["type"] == "input" }
		if !slices.ContainsFunc(v.Blocks, isInput) {
			return fmt.Errorf("block %q is no input", block)
		}
	}
	next := *v
	next.Errors = complaints
	s.st.surfaces.put(&next)
	return nil
}

func (s *Slack) showView(v *View, action string, raw json.RawMessage) error {
	next, err := s.newView(raw, v.User)
	if e, ok := errors.AsType[apiError](err); ok && len(e.Problems) > 0 {
		return fmt.Errorf("%w: %v", err, e.Problems)
	} else if err != nil {
		return err
	}
	if action == "update" {
		s.replaceView(v, next)
	} else {
		if len(s.st.surfaces.stacks[v.User]) >= maxStack {
			return apiError{Code: "push_limit_reached"}
		}
		s.stack(next)
	}
	s.noteView(next, "ack")
	return nil
}

// CloseView closes a modal without submitting it. The app hears of it if the
// modal says so, and must acknowledge that.
func (s *Slack) CloseView(ctx context.Context, user, viewID string) error {
	var payload map[string]any
	var err error
	s.do(func(st *state) {
		u, v, e := s.top(user, viewID)
		if err = e; err != nil {
			return
		}
		if v.Notify {
			payload = s.payload("view_closed", u, map[string]any{"view": s.viewJSON(v, nil), "is_cleared": v.ClearAll})
		}
		st.surfaces.drop(user, viewID, v.ClearAll)
	})
	if err != nil || payload == nil {
		return err
	}
	if _, err = s.interact(ctx, kindInteractive, payload, nil); err != nil {
		return fmt.Errorf("closing %s: %w", viewID, err)
	}
	return nil
}
