package slackfake

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// blocks checks a list of blocks; at is its pointer.
func (c *checker) blocks(at string, v any, most int) {
	list, ok := v.([]any)
	if !ok {
		c.fail(at, notAnArray)
		return
	}
	if len(list) > most {
		c.fail(at, "no more than %d items allowed", most)
		return
	}
	for i, b := range list {
		c.block(fmt.Sprintf("%s/%d", at, i), b)
	}
}

func (c *checker) block(at string, v any) {
	b := c.object(at, v)
	if b == nil || !c.need(at, b, "type") {
		return
	}
	if id := c.str(at, b, "block_id", maxID); id != "" {
		if c.blockIDs[id] {
			c.fail(at+"/block_id", "`block_id` %q already exists", id)
		}
		c.blockIDs[id] = true
	}
	kind, _ := b["type"].(string)
	if c.surface != surfaceMessage && messagesOnly(kind) {
		c.fail(at+"/type", "unsupported type: %s", kind)
		return
	}
	switch kind {
	case "section":
		c.section(at, b)
	case "header":
		c.known(at, b, "block_id", "text")
		if c.need(at, b, "text") {
			c.plain(at, b, "text", maxHeaderText)
		}
	case "divider":
		c.known(at, b, "block_id")
	case "context":
		c.context(at, b)
	case "actions":
		c.known(at, b, "block_id", "elements")
		if c.need(at, b, "elements") {
			c.elements(at, b, "elements", 1, maxActions, inActions)
		}
	case "context_actions":
		c.known(at, b, "block_id", "elements")
		if c.need(at, b, "elements") {
			c.elements(at, b, "elements", 1, maxContextAction, inContextActions)
		}
	case "input":
		c.input(at, b)
	case "image":
		c.known(at, b, "block_id", "image_url", "slack_file", "alt_text", "title")
		c.image(at, b)
		c.plain(at, b, "title", maxLabel)
	case "markdown":
		c.known(at, b, "block_id", "text")
		c.markdown += utf8.RuneCountInString(c.needStr(at, b, "text", maxMarkdown))
		if c.markdown > maxMarkdown && len(c.problems) == 0 {
			c.fail(at+"/text", "must be less than %d characters", maxMarkdown+1)
		}
	case "rich_text":
		c.richText(at, b)
	case "table", "data_table":
		c.table(at, b, kind)
	default:
		c.rareBlock(at, b, kind)
	}
}

// messagesOnly are the blocks that Slack refuses in views.
func messagesOnly(kind string) bool {
	return slices.Contains([]string{
		"markdown", "table", "data_table", "data_visualization", "context_actions", "task_card", "plan", "file",
	}, kind)
}

func (c *checker) section(at string, b map[string]any) {
	c.known(at, b, "block_id", "text", "fields", "accessory", "expand")
	c.boolean(at, b, "expand")
	if b["text"] == nil && b["fields"] == nil {
		c.fail(at, "missing required field: text")
	}
	c.rich(at, b, "text", maxSectionText)
	for i, f := range c.items(at, b, "fields", 1, maxFields) {
		c.textObject(fmt.Sprintf("%s/fields/%d", at, i), f, false, maxFieldText)
	}
	if b["accessory"] != nil {
		c.element(at+"/accessory", b["accessory"], inSection, map[string]bool{})
	}
}

func (c *checker) context(at string, b map[string]any) {
	c.known(at, b, "block_id", "elements")
	if !c.need(at, b, "elements") {
		return
	}
	for i, e := range c.items(at, b, "elements", 1, maxContext) {
		here := fmt.Sprintf("%s/elements/%d", at, i)
		o := c.object(here, e)
		if o == nil {
			continue
		}
		if o["type"] == "image" {
			c.known(here, o, "image_url", "slack_file", "alt_text")
			c.image(here, o)
			continue
		}
		c.textObject(here, e, false, maxSectionText)
	}
}

func (c *checker) image(at string, b map[string]any) {
	c.needStr(at, b, "alt_text", maxLabel)
	if b["image_url"] == nil && b["slack_file"] == nil {
		c.fail(at, "missing required field: image_url")
	}
	c.link(at, b, "image_url")
}

func (c *checker) input(at string, b map[string]any) {
	c.known(at, b, "block_id", "label", "element", "hint", "optional", "dispatch_action")
	if c.surface == surfaceModal && !c.submit {
		c.fail(at+"/input", "must define `submit` to use an `input` block in modals")
	}
	c.boolean(at, b, "optional", "dispatch_action")
	if c.need(at, b, "label") {
		c.plain(at, b, "label", maxLabel)
	}
	c.plain(at, b, "hint", maxLabel)
	if c.need(at, b, "element") {
		c.element(at+"/element", b["element"], inInput, map[string]bool{})
	}
}

// table checks both kinds of table; a message holds one of them.
func (c *checker) table(at string, b map[string]any, kind string) {
	most := maxTableRows
	if kind == "table" {
		c.known(at, b, "block_id", "rows", "column_settings")
		c.items(at, b, "column_settings", 0, maxColumns)
	} else {
		most = maxDataRows
		c.known(at, b, "block_id", "rows", "caption", "page_size", "row_header_column_index")
		c.needStr(at, b, "caption", maxSectionText)
		c.integer(at, b, "page_size", 1, 100)
	}
	if c.tables++; c.tables > 1 {
		c.fail(at, "no more than 1 %s allowed", kind)
	}
	if !c.need(at, b, "rows") {
		return
	}
	for i, row := range c.items(at, b, "rows", 1, most) {
		here := fmt.Sprintf("%s/rows/%d", at, i)
		cells, ok := row.([]any)
		if !ok {
			c.fail(here, notAnArray)
			continue
		}
		if len(cells) > maxColumns {
			c.fail(here, "no more than %d items allowed", maxColumns)
		}
		for j, cell := range cells {
			c.cell(fmt.Sprintf("%s/%d", here, j), cell)
		}
	}
}

func (c *checker) cell(at string, v any) {
	o := c.object(at, v)
	if o == nil || !c.need(at, o, "type") {
		return
	}
	switch kind, _ := o["type"].(string); kind {
	case "raw_text":
		c.needStr(at, o, "text", maxSectionText)
	case "raw_number":
		c.need(at, o, "value")
	case "rich_text":
		c.richText(at, o)
	case "action":
		c.need(at, o, "element")
	default:
		c.fail(at+"/type", "unsupported type: %s", kind)
	}
}
