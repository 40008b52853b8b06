package slackfake

import (
	"fmt"
)

// choice checks elements with options.
func (c *checker) choice(at string, e map[string]any, kind string) {
	most, plain := maxOptions, true
	switch kind {
	case "overflow":
		c.known(at, e, "action_id", "options", "confirm")
		most = maxOverflow
	case "checkboxes":
		c.known(at, e, "action_id", "options", "initial_options", "confirm", "focus_on_load")
		most, plain = maxFewOptions, false
	case "radio_buttons":
		c.known(at, e, "action_id", "options", "initial_option", "confirm", "focus_on_load")
		most, plain = maxFewOptions, false
	case "static_select":
		c.known(at, e, "action_id", "placeholder", "options", "option_groups", "initial_option", "confirm", "focus_on_load")
	case "multi_static_select":
		c.known(at, e, "action_id", "placeholder", "options", "option_groups", "initial_options",
			"max_selected_items", "confirm", "focus_on_load")
		c.integer(at, e, "max_selected_items", 1, maxOptions)
	}
	if e["option_groups"] == nil || !(kind == "static_select" || kind == "multi_static_select") {
		if c.need(at, e, "options") {
			c.options(at, e, most, plain)
		}
		return
	}
	if e["options"] != nil {
		c.fail(at, "must not provide both `options` and `option_groups`")
	}
	for i, g := range c.items(at, e, "option_groups", 1, maxOptions) {
		here := fmt.Sprintf("%s/option_groups/%d", at, i)
		if o := c.object(here, g); o != nil {
			if c.need(here, o, "label") {
				c.plain(here, o, "label", maxOptionText)
			}
			if c.need(here, o, "options") {
				c.options(here, o, maxOptions, true)
			}
		}
	}
}

func (c *checker) options(at string, e map[string]any, most int, plain bool) {
	for i, v := range c.items(at, e, "options", 1, most) {
		here := fmt.Sprintf("%s/options/%d", at, i)
		o := c.object(here, v)
		if o == nil {
			continue
		}
		c.known(here, o, "text", "value", "description", "url")
		if c.need(here, o, "text") {
			c.textObject(here+"/text", o["text"], plain, maxOptionText)
		}
		c.str(here, o, "value", maxOptionValue)
		c.link(here, o, "url")
		if o["description"] != nil {
			c.textObject(here+"/description", o["description"], plain, maxOptionText)
		}
	}
}

// typed checks elements that people type into.
func (c *checker) typed(at string, e map[string]any, kind string) {
	names := []string{"action_id", "placeholder", "initial_value", "dispatch_action_config", "focus_on_load"}
	switch kind {
	case "plain_text_input":
		names = append(names, "multiline", "min_length", "max_length")
		c.boolean(at, e, "multiline")
		c.integer(at, e, "min_length", 0, maxInput)
		c.integer(at, e, "max_length", 1, maxInput)
	case "number_input":
		names = append(names, "is_decimal_allowed", "min_value", "max_value")
		c.need(at, e, "is_decimal_allowed")
	}
	c.known(at, e, names...)
	c.str(at, e, "initial_value", maxInput)
}

func (c *checker) picker(at string, e map[string]any, kind string) {
	names := map[string][]string{
		"datepicker":                 {"placeholder", "initial_date"},
		"timepicker":                 {"placeholder", "initial_time", "timezone"},
		"datetimepicker":             {"initial_date_time"},
		"users_select":               {"placeholder", "initial_user"},
		"multi_users_select":         {"placeholder", "initial_users", "max_selected_items"},
		"conversations_select":       {"placeholder", "initial_conversation", "default_to_current_conversation", "filter", "response_url_enabled"},
		"multi_conversations_select": {"placeholder", "initial_conversations", "default_to_current_conversation", "filter", "max_selected_items"},
		"channels_select":            {"placeholder", "initial_channel", "response_url_enabled"},
		"multi_channels_select":      {"placeholder", "initial_channels", "max_selected_items"},
		"external_select":            {"placeholder", "initial_option", "min_query_length"},
		"multi_external_select":      {"placeholder", "initial_options", "min_query_length", "max_selected_items"},
		"rich_text_input":            {"placeholder", "initial_value", "dispatch_action_config", "min_lines", "max_lines"},
		"file_input":                 {"filetypes", "max_files"},
	}[kind]
	c.known(at, e, append(names, "action_id", "confirm", "focus_on_load")...)
	c.integer(at, e, "max_selected_items", 1, maxOptions)
	c.integer(at, e, "max_files", 1, 10)
}

func (c *checker) confirm(at string, e map[string]any) {
	if e["confirm"] == nil {
		return
	}
	at += "/confirm"
	o := c.object(at, e["confirm"])
	if o == nil {
		return
	}
	c.known(at, o, "title", "text", "confirm", "deny", "style")
	c.oneOf(at, o, "style", "primary", "danger")
	c.plain(at, o, "title", maxConfirmTitle)
	if c.need(at, o, "text") {
		c.rich(at, o, "text", maxConfirmText)
	}
	c.plain(at, o, "confirm", maxConfirmButton)
	c.plain(at, o, "deny", maxConfirmButton)
}
