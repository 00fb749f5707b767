use std::net::SocketAddr;

use crate::Failure;
use crate::http::{Connection, is_ok};
use crate::message::{Message, token, token_places, write_token};

/// A request and the only right answer to it, both with places for a token.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    pub(crate) request: Vec<u8>,
    pub(crate) request_places: Vec<usize>,
    pub(crate) answer: Vec<u8>,
    pub(crate) answer_places: Vec<usize>,
}

impl Shape {
    /// Asks the server once what it answers, and makes sure that the answer is right: it holds the
    /// request's token `echoes` times, is no error, and differs from another only by the token.
    pub(crate) async fn learn(
        address: SocketAddr,
        message: &Message,
        echoes: usize,
    ) -> Result<Self, Failure> {
        let mut connection = Connection::open(address).await?;
        let request_places = token_places(&message.bytes);
        let (head, body) = connection.exchange(&message.bytes).await?;
        let shown = String::from_utf8_lossy(body).into_owned();
        let answer = body.to_vec();
        if !is_ok(head) || shown.contains(r#""error""#) || shown.contains(r#""isError":true"#) {
            return Err(format!("the first answer is an error: {shown}").into());
        }
        let answer_places = token_places(&answer);
        if answer_places.len() < echoes {
            return Err(format!("the first answer does not echo: {shown}").into());
        }
        let shape = Self {
            request: message.bytes.clone(),
            request_places,
            answer,
            answer_places,
        };
        let mut second = shape.clone();
        write_token(&mut second.request, &shape.request_places, token(1));
        write_token(&mut second.answer, &shape.answer_places, token(1));
        let (_, body) = connection.exchange(&second.request).await?;
        if body != second.answer {
            return Err("two answers differ by more than the token".into());
        }
        Ok(shape)
    }
}
