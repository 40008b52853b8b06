package slackfake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// choose is the state of an element once a person has put value into it: text
// typed, an option's value picked, several separated by commas where the
// element takes several.
func choose(e Element, value string) (map[string]any, error) {
	out := map[string]any{"type": e.Type}
	switch e.Type {
	case "plain_text_input":
		return typedState(e, value)
	case "email_text_input", "url_text_input", "number_input":
		out["value"] = optional(value)
	case "rich_text_input":
		out["rich_text_value"] = map[string]any{"type": "rich_text", "elements": []any{map[string]any{
			"type": "rich_text_section", "elements": []any{map[string]any{"type": "text", "text": value}},
		}}}
	case "static_select", "radio_buttons", "overflow":
		o, err := pick(e, value)
		out["selected_option"] = o
		return out, err
	case "external_select":
		out["selected_option"] = optional(value)
		if value != "" {
			out["selected_option"] = map[string]any{
				"text": map[string]any{"type": "plain_text", "text": value, "emoji": true}, "value": value,
			}
		}
	case "checkboxes", "multi_static_select":
		picked := []any{}
		for _, v := range split(value) {
			o, err := pick(e, v)
			if err != nil {
				return out, err
			}
			picked = append(picked, o)
		}
		out["selected_options"] = picked
	case "datepicker", "timepicker":
		out["selected_"+map[string]string{"datepicker": "date", "timepicker": "time"}[e.Type]] = optional(value)
	case "datetimepicker":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil && value != "" {
			return out, fmt.Errorf("%w: %s takes a Unix time, not %q", ErrImpossible, e.ActionID, value)
		}
		out["selected_date_time"] = n
	case "users_select", "channels_select", "conversations_select":
		out["selected_"+strings.TrimSuffix(e.Type, "s_select")] = optional(value)
	case "multi_users_select", "multi_channels_select", "multi_conversations_select":
		key := strings.TrimSuffix(strings.TrimPrefix(e.Type, "multi_"), "_select")
		out["selected_"+key] = split(value)
	case "feedback_buttons":
		return feedback(e, value)
	default:
		return out, fmt.Errorf("%w: nobody taught this Slack to use a %s", ErrImpossible, e.Type)
	}
	return out, nil
}

func optional(value string) any {
	if value == "" {
		return nil
	}
	return value
}

func split(value string) []string {
	out := []string{}
	for part := range strings.SplitSeq(value, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// pick finds the option with this value; nothing is picked for "".
func pick(e Element, value string) (any, error) {
	if value == "" {
		return nil, nil
	}
	for _, o := range optionsOf(e.raw) {
		if o["value"] == value {
			return o, nil
		}
	}
	return nil, fmt.Errorf("%w: %s offers [%s], not %q", ErrImpossible, e.ActionID, strings.Join(e.Options, " "), value)
}

// typedState checks a text field's own limits: Slack's client does not submit
// a text that breaks them.
func typedState(e Element, value string) (map[string]any, error) {
	n := utf8.RuneCountInString(value)
	least, _ := e.raw["min_length"].(float64)
	most, ok := e.raw["max_length"].(float64)
	if !ok {
		most = maxInput
	}
	if value != "" && (n < int(least) || n > int(most)) {
		return nil, fmt.Errorf("%w: %s takes %d to %d characters, not %d", ErrImpossible, e.ActionID, int(least), int(most), n)
	}
	if multi, _ := e.raw["multiline"].(bool); !multi && strings.Contains(value, "\n") {
		return nil, fmt.Errorf("%w: %s is a single line", ErrImpossible, e.ActionID)
	}
	return map[string]any{"type": e.Type, "value": optional(value)}, nil
}

func feedback(e Element, value string) (map[string]any, error) {
	for _, key := range []string{"positive_button", "negative_button"} {
		b, _ := e.raw[key].(map[string]any)
		if b["value"] == value {
			return map[string]any{"type": e.Type, "text": b["text"], "value": value}, nil
		}
	}
	return nil, fmt.Errorf("%w: %s has no button with value %q", ErrImpossible, e.ActionID, value)
}

// initial is what an element holds before a person touches it.
func initial(e Element) string {
	str := func(key string) string { v, _ := e.raw[key].(string); return v }
	values := func(key string) string {
		var out []string
		for _, o := range objects(e.raw[key]) {
			v, _ := o["value"].(string)
			out = append(out, v)
		}
		return strings.Join(out, ",")
	}
	switch e.Type {
	case "static_select", "radio_buttons":
		return values("initial_option")
	case "checkboxes", "multi_static_select":
		return values("initial_options")
	case "datepicker":
		return str("initial_date")
	case "timepicker":
		return str("initial_time")
	case "datetimepicker":
		if n, ok := e.raw["initial_date_time"].(float64); ok {
			return strconv.FormatInt(int64(n), 10)
		}
	case "users_select", "channels_select", "conversations_select":
		return str("initial_" + strings.TrimSuffix(e.Type, "s_select"))
	case "multi_users_select", "multi_channels_select", "multi_conversations_select":
		key := "initial_" + strings.TrimSuffix(strings.TrimPrefix(e.Type, "multi_"), "_select")
		list, _ := e.raw[key].([]any)
		var out []string
		for _, v := range list {
			s, _ := v.(string)
			out = append(out, s)
		}
		return strings.Join(slices.DeleteFunc(out, func(s string) bool { return s == "" }), ",")
	}
	return str("initial_value")
}
