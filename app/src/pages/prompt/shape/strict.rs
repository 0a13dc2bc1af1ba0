//! What OpenAI's strict mode asks of a schema, done in one go.

use atelier_domain::schema::{Kind, Node, Type};

/// Requires every field, allows none beside them, and lets be nothing what was optional.
pub fn fit(node: &mut Node) {
    match &mut node.kind {
        Kind::Object(object) => {
            object.additional = Some(false);
            for property in &mut object.properties {
                let may_be_null = !matches!(property.node.of(), Type::Raw | Type::Null);
                property.node.nullable |= !property.required && may_be_null;
                property.required = true;
                fit(&mut property.node);
            }
        }
        Kind::Array(list) => fit(list.items.get_or_insert_with(|| Box::new(Node::new(Type::String)))),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use atelier_domain::schema::{Findings, Json, Node};

    use super::fit;

    #[test]
    fn strict_mode_warns_of_nothing_after_it() {
        let text = r#"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"array"},"c":{"type":"object","properties":{"d":{"$ref":"x"}}}},"required":["a"]}"#;
        let mut node = Node::from_json(&Json::parse(text).unwrap());
        fit(&mut node);
        let mut findings = Findings::default();
        node.check("", true, &mut findings);
        assert_eq!(findings, Findings::default());
        let b = node.to_json().get("properties").and_then(|all| all.get("b")?.get("type").cloned());
        assert_eq!(b.map(|of| of.to_string()).as_deref(), Some(r#"["array","null"]"#));
        let once = node.clone();
        fit(&mut node);
        assert_eq!(node, once);
    }
}
