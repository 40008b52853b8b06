package slackfake

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Submission is what became of a submitted modal.
type Submission struct {
	Interaction
	// Action is the app's response_action: errors, update, push or clear;
	// empty when the modal simply closed.
	Action string
	Errors map[string]string // by block; the modal is still open
}

// SubmitView fills a modal in and submits it, and returns once the app has
// acknowledged it. Values are by block and action: a string for what is typed
// or picked (an option's value, a user's id, a date), []string where several
// can be picked. What is left out keeps what the modal came with. Errors from
// the app keep the modal open and are no error here.
func (s *Slack) SubmitView(ctx context.Context, user, viewID string, values map[string]map[string]any) (*Submission, error) {
	payload, err := s.submission(user, viewID, values)
	if err != nil {
		return nil, err
	}
	out := &Submission{}
	var refused error
	i, err := s.interact(ctx, kindInteractive, payload, func(answer json.RawMessage) {
		refused = s.submitted(user, viewID, answer, out)
	})
	out.Interaction = *i
	if err != nil {
		return out, fmt.Errorf("submitting %s: %w", viewID, err)
	}
	if refused != nil {
		return out, fmt.Errorf("the answer to %s: %w", viewID, refused)
	}
	return out, nil
}

// top finds the modal that a person sees.
func (s *Slack) top(user, viewID string) (User, *View, error) {
	u, err := s.person(user)
	if err != nil {
		return u, nil, err
	}
	stack := s.st.surfaces.stacks[user]
	if len(stack) == 0 || stack[len(stack)-1].ID != viewID {
		return u, nil, fmt.Errorf("%w: %s does not see view %s", ErrImpossible, user, viewID)
	}
	return u, stack[len(stack)-1], nil
}

func (s *Slack) submission(user, viewID string, values map[string]map[string]any) (map[string]any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, v, err := s.top(user, viewID)
	if err != nil {
		return nil, err
	}
	if v.raw["submit"] == nil {
		return nil, fmt.Errorf("%w: view %s has no submit button", ErrImpossible, viewID)
	}
	state, err := fillIn(v, values)
	if err != nil {
		return nil, err
	}
	return s.payload("view_submission", u, map[string]any{
		"trigger_id": s.trigger(user, v.ID), "view": s.viewJSON(v, state), "response_urls": []any{},
	}), nil
}

// fillIn makes the state of a modal's inputs. Like Slack's client it refuses
// to submit what is incomplete.
func fillIn(v *View, values map[string]map[string]any) (map[string]map[string]any, error) {
	state := map[string]map[string]any{}
	unused := map[string]bool{}
	for block, actions := range values {
		for action := range actions {
			unused[block+" "+action] = true
		}
	}
	for _, b := range v.Blocks {
		block, _ := b["block_id"].(string)
		for _, e := range elementsOf([]map[string]any{b}) {
			if slices.Contains([]string{"button", "overflow", "workflow_button"}, e.Type) {
				continue
			}
			delete(unused, block+" "+e.ActionID)
			value, err := fill(e, values[block])
			if err != nil {
				return nil, err
			}
			optional, _ := b["optional"].(bool)
			if b["type"] == "input" && !optional && blank(value) {
				return nil, fmt.Errorf("%w: block %s is required", ErrImpossible, block)
			}
			if state[block] == nil {
				state[block] = map[string]any{}
			}
			state[block][e.ActionID] = value
		}
	}
	if len(unused) > 0 {
		return nil, fmt.Errorf("%w: no field %v here", ErrImpossible, slices.Sorted(maps.Keys(unused)))
	}
	return state, nil
}

func fill(e Element, values map[string]any) (map[string]any, error) {
	v, given := values[e.ActionID]
	if !given {
		return choose(e, initial(e))
	}
	switch v := v.(type) {
	case string:
		return choose(e, v)
	case []string:
		return choose(e, strings.Join(v, ","))
	case map[string]any:
		return v, nil
	}
	return nil, fmt.Errorf("%w: %s cannot take a %T", ErrImpossible, e.ActionID, v)
}

// blank tells whether a field holds nothing.
func blank(field map[string]any) bool {
	for key, v := range field {
		if key == "type" {
			continue
		}
		switch v := v.(type) {
		case nil:
			return true
		case []any:
			return len(v) == 0
		case []string:
			return len(v) == 0
		case int64:
			return v == 0
		}
	}
	return false
}
