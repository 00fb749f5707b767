use keyway_http::About;
use keyway_mcp::endpoint::{Icon, ServerInfo};

use crate::Identity;
use crate::config::{self, Config};

/// How the gateway introduces itself to MCP clients: as configured, else as its author said.
pub(super) fn server_info(identity: &Identity, mcp: &config::Mcp) -> ServerInfo {
    let icons = if mcp.icons.is_empty() {
        &identity.icons
    } else {
        &mcp.icons
    };
    ServerInfo {
        name: mcp.name.clone().unwrap_or_else(|| identity.name.clone()),
        title: mcp.title.clone().or_else(|| identity.title.clone()),
        version: mcp
            .version
            .clone()
            .unwrap_or_else(|| identity.version.clone()),
        website_url: mcp
            .website_url
            .clone()
            .or_else(|| identity.website_url.clone()),
        icons: icons.iter().map(icon).collect(),
        instructions: mcp
            .instructions
            .clone()
            .or_else(|| identity.description.clone()),
    }
}

/// How the gateway introduces itself in its OpenAPI document.
pub(crate) fn about(identity: &Identity, config: &Config) -> About {
    let info = server_info(identity, &config.mcp);
    About {
        title: info.title.unwrap_or(info.name),
        program: identity.name.clone(),
        description: identity.description.clone(),
        version: info.version,
        public_url: config.listen.public_url.clone(),
    }
}

fn icon(of: &config::Icon) -> Icon {
    Icon {
        src: of.src.clone(),
        mime_type: of.mime_type.clone(),
        sizes: of.sizes.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Gateway;

    #[test]
    fn the_instructions_are_the_projects_description_unless_configured() {
        let gateway = Gateway::builder()
            .name("billing")
            .description("Bills people.")
            .build();
        let plain = server_info(gateway.identity(), &config::Mcp::default());
        assert_eq!(plain.name, "billing");
        assert_eq!(plain.instructions.as_deref(), Some("Bills people."));
        let mcp = config::Mcp {
            instructions: Some("Ask before you bill.".into()),
            name: Some("gate".into()),
            ..config::Mcp::default()
        };
        let configured = server_info(gateway.identity(), &mcp);
        assert_eq!(configured.name, "gate");
        assert_eq!(
            configured.instructions.as_deref(),
            Some("Ask before you bill.")
        );
    }

    #[test]
    fn a_gateway_that_says_nothing_has_no_instructions() {
        let gateway = Gateway::builder().build();
        let info = server_info(gateway.identity(), &config::Mcp::default());
        assert_eq!((info.name.as_str(), info.instructions), ("keyway", None));
    }
}
