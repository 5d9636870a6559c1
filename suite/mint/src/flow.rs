//! Flows before their tokens are minted.

use std::collections::BTreeMap;

use jotproof_model::recipe::{Content, Member};
use jotproof_model::{Flow, FlowToken, Recipe, Step};

use crate::{Mint, MintError, placeholder, stored};

/// What happens in a flow, and how its tokens are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plot {
    /// The recipes of its tokens, by name.
    pub tokens: BTreeMap<String, Recipe>,
    /// Its steps.
    pub steps: Vec<Step>,
}

impl Plot {
    /// The plot of a stored flow.
    #[must_use]
    pub fn of(flow: &Flow) -> Self {
        let recipe = |(name, token): (&String, &FlowToken)| (name.clone(), token.recipe.clone());
        Self { tokens: flow.tokens.iter().map(recipe).collect(), steps: flow.steps.clone() }
    }
}

impl Mint {
    /// The flow of a plot, with every token minted at the clock of its start.
    ///
    /// # Errors
    ///
    /// As [`Mint::token`].
    pub fn flow(&self, plot: &Plot, now: i64) -> Result<Flow, MintError> {
        let token = |(name, recipe): (&String, &Recipe)| -> Result<_, MintError> {
            let token = stored::store(&self.token(recipe, now)?, recipe);
            Ok((name.clone(), FlowToken { recipe: recipe.clone(), token }))
        };
        let tokens = plot.tokens.iter().map(token).collect::<Result<_, _>>()?;
        Ok(Flow { tokens, steps: plot.steps.clone() })
    }
}

/// Whether a token names the client that submits it.
#[must_use]
pub fn names_client(recipe: &Recipe) -> bool {
    match &recipe.payload {
        Content::Object { members, before, after } => {
            members.iter().any(|Member(_, value)| placeholder::names_client(value))
                || [before, after].into_iter().any(|text| placeholder::names_client(text))
        }
        Content::Text { text } => placeholder::names_client(text),
        Content::Octets { .. } => false,
        Content::Token { recipe } => names_client(recipe),
    }
}
