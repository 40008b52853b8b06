package slackfake

// Longer views are refused as a whole: docs.slack.dev/reference/methods/views.open.
const maxViewBytes = 250_000

// view checks a modal or a Home tab.
func (c *checker) view(at string, v any) {
	o := c.object(at, v)
	if o == nil || !c.need(at, o, "type") {
		return
	}
	c.str(at, o, "private_metadata", maxPrivate)
	c.str(at, o, "callback_id", maxID)
	c.str(at, o, "external_id", maxID)
	switch kind, _ := o["type"].(string); kind {
	case "modal":
		c.surface = surfaceModal
		c.known(at, o, "title", "blocks", "close", "submit", "private_metadata", "callback_id",
			"clear_on_close", "notify_on_close", "external_id", "submit_disabled")
		c.boolean(at, o, "clear_on_close", "notify_on_close", "submit_disabled")
		if c.need(at, o, "title") {
			c.plain(at, o, "title", maxViewTitle)
		}
		c.plain(at, o, "submit", maxViewTitle)
		c.plain(at, o, "close", maxViewTitle)
		c.submit = o["submit"] != nil
	case "home":
		c.surface = surfaceHome
		c.known(at, o, "blocks", "private_metadata", "callback_id", "external_id")
	default:
		c.fail(at+"/type", "unsupported type: %s", kind)
		return
	}
	if c.need(at, o, "blocks") {
		c.blocks(at+"/blocks", o["blocks"], maxViewBlocks)
	}
}
