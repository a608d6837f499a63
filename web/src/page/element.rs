//! What a worker described, drawn.
//!
//! In: an [`Element`]. Out: the same as a part of the page; what it says stays text.

use std::rc::Rc;

use yew::{
    prelude::*,
    virtual_dom::{AttributeOrProperty, Attributes, VNode, VTag, VText},
};

use crate::{page::chart::calm::Same, protocol::Element};

/// Properties of [`Drawn`].
#[derive(Properties, Clone, PartialEq)]
pub struct DrawnProps {
    /// What to draw.
    pub element: Same<Element>,
}

/// See the module's text.
#[component]
pub fn Drawn(props: &DrawnProps) -> Html {
    draw(&props.element)
}

fn draw(element: &Element) -> VNode {
    let mut tag = VTag::new(element.tag.clone());
    let attribute = |(name, value): &(String, String)| {
        (name.clone().into(), AttributeOrProperty::Attribute(value.clone().into()))
    };
    tag.set_attributes(Attributes::IndexMap(Rc::new(element.attributes.iter().map(attribute).collect())));
    if !element.text.is_empty() {
        tag.add_child(VText::new(element.text.clone()).into());
    }
    tag.add_children(element.children.iter().map(draw));
    tag.into()
}
